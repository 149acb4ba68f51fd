"""A deformable convolution, set up for measuring."""

import statistics
import time
from typing import Any

import torch
from torch import nn

from fairmot_mm.registry import MODELS
from fairmot_mm.utils.machine import describe_machine, peak_memory

# Layers with the operators, by name: that of mmcv, and that of this package.
LAYERS = {'mmcv': 'mmengine.DCNv2', 'fairmot_mm': 'DCNv2'}


class OperatorBenchmark:
    """Measures a layer with a kernel of 3 x 3, and its gradient.

    Args:
        name: One of `LAYERS`.
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
        layer = dict(type=LAYERS[name], in_channels=channels, out_channels=channels)
        self._layer = MODELS.build(dict(**layer, kernel_size=3, padding=1)).to(device)
        nn.init.normal_(self._layer.conv_offset.weight, std=0.02)
        maps = torch.randn(batch_size, channels, size[1], size[0])
        self._maps = maps.to(device).requires_grad_()
        # A first gradient loads libraries.
        nn.Linear(2, 2).to(device)(torch.ones(2, device=device)).sum().backward()
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
            out = self._layer(self._maps)
            middle = self._now()
            out.backward(torch.ones_like(out))
            self._forward.append(middle - start)
            self._backward.append(self._now() - middle)
        return sum(self._forward[-size:]) + sum(self._backward[-size:])

    def describe(self) -> dict[str, Any]:
        """Describe the machine, the median times in ms and what the memory grew by."""
        return {
            'machine': describe_machine(str(self._maps.device)),
            'forward_ms': 1e3 * statistics.median(self._forward),
            'backward_ms': 1e3 * statistics.median(self._backward),
            'grown_mb': (peak_memory() - self._start_memory) / 1e6,
        }

    def _now(self) -> float:
        if self._maps.is_cuda:
            torch.cuda.synchronize(self._maps.device)
        return time.perf_counter()
