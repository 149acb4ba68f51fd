import pytest

from fairmot_mm.models import FixedWeighting, UncertaintyWeighting


@pytest.mark.parametrize('weighting', [FixedWeighting, UncertaintyWeighting])
def test_only_the_total_is_minimised(weighting, losses):
    """mmengine adds every key with 'loss' in it; the single ones are for the log."""
    out = weighting()(losses())
    assert [name for name in out if 'loss' in name] == ['loss']
    assert {name: out[name].item() for name in ('heatmap', 'size', 'id')} == {
        'heatmap': 3,
        'size': 0.5,
        'id': 2,
    }
    logged = [value for name, value in out.items() if name != 'loss']
    assert not any(value.requires_grad for value in logged)
