"""A network's kernels, recorded once and replayed for every batch."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

Maps = dict[str, Tensor]

_WARM_UPS = 3
# Each holds the activations of its batch.
_MOST_SHAPES = 4


class _Recording(NamedTuple):
    graph: torch.cuda.CUDAGraph
    images: Tensor
    maps: Maps


class GraphedForward:
    """Starts all kernels of a network at once; the CPU has no part in a frame any more.

    The first batch of a shape is recorded. The last batch of a file may be smaller, and
    batches of many streams vary; shapes beyond the fourth run as they did without.
    What it returns is overwritten by the next call.

    Args:
        forward: The network, on CUDA: (B, 3, H, W) images to maps. It must do the same
            for all images of a shape.
    """

    def __init__(self, forward: Callable[[Tensor], Maps]) -> None:
        self.forward = forward
        self._recordings: dict[torch.Size, _Recording] = {}

    def __call__(self, images: Tensor) -> Maps:
        """Maps of (B, 3, H, W) images."""
        recording = self._recordings.get(images.shape)
        if recording is None:
            if len(self._recordings) == _MOST_SHAPES:
                return self.forward(images)
            recording = self._record(images)
            self._recordings[images.shape] = recording
        recording.images.copy_(images)
        recording.graph.replay()
        return dict(recording.maps)

    def _record(self, images: Tensor) -> _Recording:
        images = images.clone()
        stream = torch.cuda.Stream(images.device)
        stream.wait_stream(torch.cuda.current_stream(images.device))
        with torch.cuda.stream(stream):
            for _ in range(_WARM_UPS):
                self.forward(images)
        torch.cuda.current_stream(images.device).wait_stream(stream)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            maps = self.forward(images)
        return _Recording(graph, images, maps)
