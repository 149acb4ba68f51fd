"""The kernels of a network, recorded once and replayed for every batch."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from fairmot_mm.inference.accelerated_detector import Maps

# Each recording holds the activations of its batch in the memory of the GPU.
_MOST_SHAPES = 4


class GraphedForward:
    """A network whose kernels are started all at once, without work of the CPU between.

    The first batch of a shape is recorded by `torch.cuda.make_graphed_callables`. The
    last batch of a file may be smaller, and batches of many streams vary in size:
    batches of a fifth shape run without a recording. ``torch.compile`` in the mode
    ``reduce-overhead`` also records graphs, but generates other kernels, needs Triton,
    and keeps its recordings for the thread that made them.

    Args:
        forward: The network, on CUDA: (B, 3, H, W) images to raw maps. It must start
            the same kernels for all images of a shape.
    """

    def __init__(self, forward: Callable[[Tensor], Maps]) -> None:
        self.forward = forward
        self._recordings: dict[torch.Size, Any] = {}

    def __call__(self, images: Tensor) -> Maps:
        """Run the network.

        Args:
            images: (B, 3, H, W) on CUDA.

        Returns:
            Raw maps, which the next call overwrites.
        """
        shape = images.shape
        if shape not in self._recordings:
            if len(self._recordings) == _MOST_SHAPES:
                return self.forward(images)
            # The recording keeps the images that it is made with as its input.
            self._recordings[shape] = torch.cuda.make_graphed_callables(
                self.forward, (images.clone(),)
            )
        return self._recordings[shape](images)
