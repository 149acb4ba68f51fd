"""Making the network of a loaded model fast, as its config asks for."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from mmengine.logging import print_log
from torch import Tensor

from fairmot_mm.inference.cuda_graphs import GraphedForward
from fairmot_mm.inference.fuse_conv_bn import fuse_conv_bn
from fairmot_mm.inference.inference_options import InferenceOptions
from fairmot_mm.inference.low_precision import cast_network, network_dtype
from fairmot_mm.models import FairMOT, JDEDetector
from fairmot_mm.utils import ConfigError
from fairmot_mm.utils.compiled import Compiled

Maps = dict[str, Tensor]

# Pixels of the noise image that shows whether a network is still the same.
_PROBE = 64
_ROUNDING = 1e-2


def accelerate(model: FairMOT, options: InferenceOptions) -> None:
    """Apply the options of inference to a model that has its weights.

    Args:
        model: In eval mode, on its device. Its detector is changed in place: it can
            detect, no longer train. A detector that is not a `JDEDetector` runs as it
            is.
        options: Those that do not fit the backend of the model are refused.

    Raises:
        ConfigError: The device, or the network, cannot do what is asked for.
    """
    detector = model.detector
    if not isinstance(detector, JDEDetector):
        _refuse(options, type(detector).__name__)
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
    forward: Callable[[Tensor], Maps] = detector._forward
    if options.compile:
        forward = Compiled(forward, 'inference.compile')
    forward = _Converted(forward, detector, layout)
    if options.cuda_graphs:
        forward = GraphedForward(forward)
    detector.fast_forward = forward


@dataclass(frozen=True)
class _Converted:
    """A network that takes images of any type and layout.

    It runs in the type that its weights have by then: a model may be cast after it was
    made fast. Maps are float32 at least.
    """

    forward: Callable[[Tensor], Maps]
    detector: JDEDetector
    layout: torch.memory_format

    def __call__(self, images: Tensor) -> Maps:
        dtype = network_dtype(self.detector)
        maps = self.forward(images.to(dtype, memory_format=self.layout))
        return {
            name: values.to(torch.promote_types(values.dtype, torch.float32))
            for name, values in maps.items()
        }


def _fuse(detector: JDEDetector, device: torch.device) -> None:
    """Fold the batch norms, and make sure that the network is still the same."""
    noise = torch.rand(1, 3, _PROBE, _PROBE, generator=torch.Generator().manual_seed(0))
    noise = noise.to(device)
    with torch.no_grad():
        before = detector._forward(noise)
        fused = fuse_conv_bn(detector)
        after = detector._forward(noise)
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
    print_log(f'{fused} batch norms are folded into convolutions', 'current')


def _refuse(options: InferenceOptions, name: str) -> None:
    """Raise where an option is set that a detector of another kind would not heed."""
    unheeded = options.of_pytorch()
    if unheeded:
        raise ConfigError(
            f'inference.{unheeded[0]} is for a JDEDetector; the model has {name}'
        )
