"""A detector whose network runs in a faster form."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from mmdet.structures import DetDataSample
from torch import Tensor

from fairmot_mm.inference.low_precision import network_dtype
from fairmot_mm.models import JDEDetector
from fairmot_mm.models.detectors.inference_detector import InferenceDetector

Maps = dict[str, Tensor]


@dataclass(frozen=True)
class AcceleratedDetector(InferenceDetector):
    """An `InferenceDetector` that runs the network of a `JDEDetector` in another way.

    The weights stay in `detector`. The network runs in the type that they have at the
    time of the call, so the model may still be cast.

    Attributes:
        detector: The detector whose network runs, and which decodes the maps.
        forward: Runs the network: (B, 3, H, W) images of the type and layout of the
            weights to raw maps.
        layout: Memory format of the images that ``forward`` takes.
    """

    detector: JDEDetector
    forward: Callable[[Tensor], Maps]
    layout: torch.memory_format

    def run_network(self, batch_inputs: Tensor) -> Maps:
        """Run the network, see `JDEDetector.run_network`.

        Args:
            batch_inputs: (B, 3, H, W) RGB in [0, 1], of any type and layout.

        Returns:
            Raw maps, float32 or float64. The next call may overwrite them.
        """
        dtype = network_dtype(self.detector)
        maps = self.forward(batch_inputs.to(dtype, memory_format=self.layout))
        return {
            name: values.to(torch.promote_types(values.dtype, torch.float32))
            for name, values in maps.items()
        }

    def decode(
        self, maps: Maps, batch_data_samples: Sequence[DetDataSample]
    ) -> Sequence[DetDataSample]:
        """Find the detections in the maps, see `JDEDetector.decode`."""
        return self.detector.decode(maps, batch_data_samples)
