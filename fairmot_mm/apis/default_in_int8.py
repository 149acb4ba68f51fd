"""Whether the model of the zoo that is taken by default runs in int8."""

from importlib.util import find_spec
from pathlib import Path

from mmengine.device import get_device

from fairmot_mm.checkpoint.zoo_weights import int8_weights
from fairmot_mm.config.load_config import load_config
from fairmot_mm.utils.model_zoo import ZooModel


def default_in_int8(
    model: ZooModel, device: str | None, cfg_options: dict | None
) -> Path | None:
    """Find the file in int8, if the model can run as it.

    It can on a CPU, with OpenVINO installed, if no option changes the network, the size
    of its input, or how it runs.

    Args:
        model: The default model of the zoo.
        device: As in ``cpu``; by default the accelerator, if there is one.
        cfg_options: Config keys to override.

    Returns:
        The ONNX file; ``None`` if the network has to run in floating point.

    Raises:
        CheckpointError: The file is missing or damaged.
    """
    if model.int8_weights is None or find_spec('openvino') is None:
        return None
    if (device or get_device()) != 'cpu':
        return None
    plain, own = load_config(model.config), load_config(model.config, cfg_options)
    inference = dict(own.get('inference') or {})
    inference.pop('num_threads', None)
    same_network = (
        plain.model.detector == own.model.detector
        and plain.test_pipeline == own.get('test_pipeline')
        and plain.get('inference') in (None, {})
    )
    if same_network and inference in ({}, {'backend': 'openvino'}):
        return int8_weights(model)
    return None
