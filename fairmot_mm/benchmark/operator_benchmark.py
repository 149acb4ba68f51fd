"""A deformable convolution, set up for measuring."""

import statistics
import time
from typing import Any

import torch

from fairmot_mm.models.layers.dcnv2 import mmcv_deform_conv2d
from fairmot_mm.models.layers.deform_conv2d import deform_conv2d
from fairmot_mm.utils.machine import describe_machine, peak_memory

OPERATORS = {'mmcv': mmcv_deform_conv2d, 'fairmot_mm': deform_conv2d}


class OperatorBenchmark:
    """Measures an operator with a kernel of 3 x 3, and its gradient.

    Args:
        name: One of `OPERATORS`.
        device: As in ``cuda:0``.
        batch_size: Number of maps.
        channels: Channels of the input and of the output.
        size: (width, height) of the maps.
    """

    def __init__(
        self,
        name: str,
        device: str,
        batch_size: int,
        channels: int,
        size: tuple[int, int],
    ) -> None:
        torch.manual_seed(0)
        self._operator = OPERATORS[name]
        self._device = torch.device(device)
        width, height = size
        maps = batch_size, height, width
        values = [
            torch.randn(maps[0], channels, *maps[1:]),
            torch.randn(maps[0], 18, *maps[1:]),
            torch.rand(maps[0], 9, *maps[1:]),
            torch.randn(channels, channels, 3, 3),
            torch.randn(channels),
        ]
        self._tensors = [t.to(self._device).requires_grad_() for t in values]
        # A first gradient loads libraries.
        torch.nn.Linear(2, 2)(torch.ones(2)).sum().backward()
        self._start_memory = peak_memory()
        self._forward: list[float] = []
        self._backward: list[float] = []

    def run(self, size: int) -> float:
        """Measure the seconds of some runs, forward and backward.

        Args:
            size: Number of runs.
        """
        for _ in range(size):
            start = self._now()
            out = self._operator(*self._tensors, (1, 1), (1, 1), (1, 1), 1, 1)
            middle = self._now()
            torch.autograd.grad(out, self._tensors, out.detach())
            self._forward.append(middle - start)
            self._backward.append(self._now() - middle)
        return sum(self._forward[-size:]) + sum(self._backward[-size:])

    def describe(self) -> dict[str, Any]:
        """Describe the machine, the median times in ms and what the memory grew by."""
        return {
            'machine': describe_machine(str(self._device)),
            'forward_ms': 1e3 * statistics.median(self._forward),
            'backward_ms': 1e3 * statistics.median(self._backward),
            'grown_mb': (peak_memory() - self._start_memory) / 1e6,
        }

    def _now(self) -> float:
        if self._device.type == 'cuda':
            torch.cuda.synchronize(self._device)
        return time.perf_counter()
