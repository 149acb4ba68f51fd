import torch

from fairmot_mm.models import ConcatNeck
from fairmot_mm.registry import MODELS


def test_maps_lie_side_by_side_at_the_size_of_the_first():
    """The first map is kept, and the others are resized by bilinear interpolation."""
    ramp = torch.arange(4.0).reshape(1, 1, 2, 2)
    first = torch.rand(1, 2, 4, 4)
    (out,) = ConcatNeck()([first, ramp, torch.full((1, 3, 1, 1), 5.0)])
    assert out.shape == (1, 6, 4, 4)
    assert torch.equal(out[:, :2], first)
    assert torch.equal(out[0, 2, 0], torch.tensor([0.0, 0.25, 0.75, 1.0]))
    assert out[:, 3:].eq(5).all()


def test_follows_another_neck_in_a_config():
    """A list of necks runs in order: mmdet's pyramid, then the concatenated levels."""
    pyramid = dict(type='FPN', in_channels=[8, 16], out_channels=4, num_outs=2)
    neck = MODELS.build([pyramid, dict(type='ConcatNeck')])
    (out,) = neck([torch.rand(1, 8, 8, 8), torch.rand(1, 16, 4, 4)])
    assert out.shape == (1, 8, 8, 8)
