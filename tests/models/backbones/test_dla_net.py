import pytest
import torch

from fairmot_mm.models import DLANet


def test_levels_halve_and_double():
    """Level k has stride 2**k and 2**k times the channels."""
    net = DLANet(base_channels=4, out_indices=range(6))
    shapes = [tuple(feat.shape) for feat in net(torch.rand(2, 3, 64, 96))]
    assert shapes == [(2, 4 * 2**k, 64 // 2**k, 96 // 2**k) for k in range(6)]


def test_only_the_levels_asked_for_are_returned():
    """The default levels have strides 4 to 32."""
    net = DLANet(base_channels=4).eval()
    every = DLANet(base_channels=4, out_indices=range(6)).eval()
    every.load_state_dict(net.state_dict())
    image = torch.rand(1, 3, 32, 32)
    for mine, other in zip(net(image), every(image)[2:], strict=True):
        assert torch.equal(mine, other)


@pytest.mark.parametrize(
    ('kwargs', 'message'),
    [({'depth': 60}, 'depth=60 .* only depth=34'), ({'out_indices': (2, 6)}, '0 to 5')],
)
def test_what_does_not_exist_is_refused(kwargs, message):
    """The message names the wrong value and the allowed ones."""
    with pytest.raises(ValueError, match=message):
        DLANet(**kwargs)
