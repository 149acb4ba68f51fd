from fractions import Fraction

import pytest

from fairmot_mm.utils.frame_rates import frame_rates


@pytest.mark.parametrize(
    ('rate', 'whole'),
    [(30, 30), (Fraction(30000, 1001), 30), (7.5, 8), (3.4, 3), (0.2, 1), (14, 14)],
)
def test_rounded_as_published_and_exact(rate, whole):
    """One rate for what the published tracker counts, one for the time."""
    assert frame_rates(rate) == {'frame_rate': whole, 'exact_frame_rate': float(rate)}
