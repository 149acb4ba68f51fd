import torch
from mmdet.models.backbones.swin import ShiftWindowMSA
from torch import nn

from fairmot_mm.inference.dynamic_batch import dynamic_batch


class Windows(nn.Module):
    """Attention in shifted and padded windows of maps of 16 x 24 cells."""

    def __init__(self):
        super().__init__()
        self.attention = ShiftWindowMSA(8, 1, window_size=7, shift_size=3)

    def forward(self, cells):
        return self.attention(cells, (16, 24))


def test_windows_stay_with_their_image():
    """Traced with two images, the attention of Swin is right for any number."""
    torch.manual_seed(0)
    layer = Windows().eval()
    original = ShiftWindowMSA.window_reverse
    dynamic = {'cells': {0: torch.export.Dim('batch', max=8)}}
    with dynamic_batch():
        traced = torch.export.export(
            layer, (torch.rand(2, 16 * 24, 8),), dynamic_shapes=dynamic
        )
    assert ShiftWindowMSA.window_reverse is original
    for batch in (1, 2, 5):
        cells = torch.rand(batch, 16 * 24, 8)
        torch.testing.assert_close(traced.module()(cells), layer(cells))
