import pytest

from fairmot_mm.models import FixedWeighting


def test_fixed_weighting_by_hand(losses):
    """As published 1 and 0.1, or as given."""
    assert FixedWeighting()(losses())['loss'].item() == pytest.approx(3.7)
    given = FixedWeighting({'det': 2, 'id': 3})
    assert given(losses())['loss'].item() == pytest.approx(13)
    assert list(given.parameters()) == []
