"""Ways of running a network that are compared with each other."""

import re
from typing import Any

from mmengine.config import Config

from fairmot_mm.utils import ConfigError

# A network with mmcv's own deformable convolution, on every device.
OPERATOR_OF_MMCV = {'model.detector.neck.conv_cfg.type': 'mmengine.DCNv2'}
_OPTIONS: dict[str, dict[str, Any]] = {
    'pytorch': {},
    'mmcv': {**OPERATOR_OF_MMCV, 'inference.channels_last': False},
    'contiguous': {'inference.channels_last': False},
    'channels-last': {'inference.channels_last': True},
    'fuse-conv-bn': {'inference.fuse_conv_bn': True},
    'float16': {'inference.precision': 'float16'},
    'bfloat16': {'inference.precision': 'bfloat16'},
    'compile': {'inference.compile': True},
    'cuda-graphs': {'inference.cuda_graphs': True},
    'onnxruntime': {'inference.backend': 'onnxruntime'},
    'openvino': {'inference.backend': 'openvino'},
    'letterbox': {
        'test_pipeline.0.type': 'LoadImage',
        'test_pipeline.1.type': 'Letterbox',
    },
    'fast-letterbox': {
        'test_pipeline.0.type': 'LoadFrame',
        'test_pipeline.1.type': 'FastLetterbox',
    },
}
# The network in int8, as NNCF makes it from frames of the video that is tracked.
INT8 = 'int8'
ON_CPU = ('pytorch', 'mmcv', 'contiguous', 'fuse-conv-bn', 'bfloat16', 'compile')
ON_GPU = (
    'pytorch',
    'no-threads',
    'channels-last',
    'fuse-conv-bn',
    'bfloat16',
    'float16',
    'float16+compile',
    'float16+cuda-graphs',
    'float16+batch-8',
    'float16+fuse-conv-bn+cuda-graphs+batch-8',
)


def parse_variant(name: str) -> dict[str, Any]:
    """Read the name of a variant, such as ``float16+fuse-conv-bn+batch-4``.

    ``pytorch`` sets nothing. ``mmcv`` is PyTorch with mmcv's own deformable convolution
    and the memory layout that it needs. ``no-threads`` runs one step after the other,
    ``batch-N`` puts N frames into a batch. ``int8`` quantizes the ONNX file of
    onnxruntime or openvino. ``letterbox`` makes every pixel of a frame before it is
    scaled, as published, and ``fast-letterbox`` scales while decoding. The others set
    the key of ``inference`` with the same name.

    Args:
        name: Names of options joined by ``+``.

    Returns:
        The arguments of `TrackInferencer` that the variant sets: always
        ``cfg_options``, and ``batch_size`` and ``threads`` where they are named.

    Raises:
        ConfigError: An option is not known.
    """
    settings: dict[str, Any] = {'cfg_options': {}}
    for option in name.split('+'):
        if batch := re.fullmatch(r'batch-([1-9]\d*)', option):
            settings['batch_size'] = int(batch[1])
        elif option == 'no-threads':
            settings['threads'] = False
        elif option == INT8 and {'onnxruntime', 'openvino'}.intersection(
            name.split('+')
        ):
            continue  # see `Workload.variant`
        elif option in _OPTIONS:
            settings['cfg_options'].update(_OPTIONS[option])
        else:
            raise ConfigError(
                f'there is no variant {option!r}; options, joined by +, are '
                f'{", ".join(_OPTIONS)}, no-threads, batch-N, and int8 next to '
                'onnxruntime or openvino'
            )
    return settings


def fits_network(name: str, cfg: Config) -> bool:
    """Whether the network of a config can be run as a variant.

    Args:
        name: Name of a variant, see `parse_variant`.
        cfg: Config of a model.
    """
    neck = cfg.model.detector.get('neck')
    conv_cfg = neck.get('conv_cfg') if isinstance(neck, dict) else None
    return 'mmcv' not in name.split('+') or bool(conv_cfg and conv_cfg.type == 'DCNv2')
