"""Applying the options of inference to a loaded model."""

from collections.abc import Callable

import torch
from mmengine.logging import print_log
from torch import Tensor

from fairmot_mm.inference.accelerated_detector import AcceleratedDetector, Maps
from fairmot_mm.inference.cuda_graphs import GraphedForward
from fairmot_mm.inference.fuse_conv_bn import fuse_conv_bn
from fairmot_mm.inference.inference_options import InferenceOptions
from fairmot_mm.inference.low_precision import cast_network
from fairmot_mm.models import FairMOT, JDEDetector
from fairmot_mm.utils import ConfigError
from fairmot_mm.utils.compiled import Compiled

# Pixels of the noise image that shows whether a network is still the same.
_PROBE = 64
_ROUNDING = 1e-2


def accelerate(model: FairMOT, options: InferenceOptions) -> None:
    """Apply the options of inference to a model that has its weights.

    Args:
        model: In eval mode, on its device. Its ``inference_detector`` becomes an
            `AcceleratedDetector`; a lower precision and the fusion of batch norms also
            change the weights of its detector, which cannot be trained any more. A
            detector that is not a `JDEDetector` runs as it is.
        options: Options that the detector of the model does not have are refused.

    Raises:
        ConfigError: The device or the network cannot do what an option asks for.
    """
    detector = model.detector
    if not isinstance(detector, JDEDetector):
        if options.of_pytorch():
            raise ConfigError(
                f'inference.{options.of_pytorch()[0]} is for a JDEDetector; the model '
                f'has {type(detector).__name__}'
            )
        return
    device = next(detector.parameters()).device
    options.check_device(device)
    if options.fuse_conv_bn:
        _fuse(detector, device)
    if options.precision != 'float32':
        cast_network(detector, options.dtype)
    layout = torch.contiguous_format
    if options.wants_channels_last(device):
        layout = torch.channels_last
        detector.to(memory_format=layout)
    forward: Callable[[Tensor], Maps] = detector.run_network
    if options.compile:
        forward = Compiled(forward, 'inference.compile')
    if options.cuda_graphs:
        forward = GraphedForward(forward)
    model.inference_detector = AcceleratedDetector(detector, forward, layout)


def _fuse(detector: JDEDetector, device: torch.device) -> None:
    """Fold the batch norms, and check that the network still gives the same maps."""
    noise = torch.rand(1, 3, _PROBE, _PROBE, generator=torch.Generator().manual_seed(0))
    noise = noise.to(device)
    with torch.no_grad():
        before = detector.run_network(noise)
        fused = fuse_conv_bn(detector)
        after = detector.run_network(noise)
    if not fused:
        raise ConfigError(
            'inference.fuse_conv_bn: the network has no batch norm right behind a '
            'convolution; leave it out'
        )
    for name, values in before.items():
        bound = _ROUNDING * float(values.abs().max())
        if not float((after[name] - values).abs().max()) <= bound:
            raise ConfigError(
                f'inference.fuse_conv_bn changes the {name} of this network: it has a '
                'batch norm that does not follow the convolution registered before '
                'it. Leave it out'
            )
    print_log(
        f'{fused} batch norms of the network are folded into its convolutions',
        'current',
    )
