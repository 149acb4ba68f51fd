import torch

from fairmot_mm.models.layers.deconv_block import DeconvBlock


def test_doubles_the_map():
    """The output is twice as large and not negative, also with DCNv2."""
    for conv_cfg in (None, dict(type='DCNv2')):
        out = DeconvBlock(4, 6, conv_cfg)(torch.randn(2, 4, 3, 5))
        assert out.shape == (2, 6, 6, 10)
        assert out.min() == 0
