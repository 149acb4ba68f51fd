"""Tracing networks of mmdet for batches of any size."""

from collections.abc import Iterator
from contextlib import contextmanager

from mmdet.models.backbones.swin import ShiftWindowMSA
from torch import Tensor


def _window_reverse(self: ShiftWindowMSA, windows: Tensor, H: int, W: int) -> Tensor:  # noqa: N803
    """Put (n, s, s, C) windows of s x s cells together to (B, H, W, C) maps.

    mmdet's method counts the images in floating point, which is a constant in a trace:
    the graph then mixes the images of a batch of any other size.
    """
    size, channels = self.window_size, windows.shape[-1]
    rows = windows.view(-1, H // size, W // size, size, size, channels)
    return rows.transpose(2, 3).reshape(-1, H, W, channels)


@contextmanager
def dynamic_batch() -> Iterator[None]:
    """Let networks of mmdet be traced for batches of any size in a ``with`` block.

    Results of the networks do not change. The block affects the whole process.
    """
    original = ShiftWindowMSA.window_reverse
    ShiftWindowMSA.window_reverse = _window_reverse
    try:
        yield
    finally:
        ShiftWindowMSA.window_reverse = original
