import numpy as np
import pytest

from fairmot_mm.utils import DataError
from fairmot_mm.utils.box_units import refuse_fractions

FRACTION = [0.25, 0.5, 0.125, 0.25]
PIXELS = [300.5, 200, 40, 100]


def line(row):
    """Name the line of a row."""
    return f'gt.txt, line {row + 1}'


@pytest.mark.parametrize(
    'boxes', [[FRACTION], [PIXELS, FRACTION, [-0.1, 1.2, 0.5, 1]], [FRACTION] * 3]
)
def test_fractions_are_refused_with_their_line(boxes):
    """If most boxes lie within two pixels, the first one is named."""
    first = boxes.index(FRACTION) + 1
    with pytest.raises(DataError, match=rf'gt.txt, line {first}: .*\[0.25.*multiply'):
        refuse_fractions(np.array(boxes), line)


@pytest.mark.parametrize(
    'boxes',
    [
        [PIXELS],
        [PIXELS, FRACTION],  # a box may be tiny
        [[0, 0, 1, 1]] * 3,  # whole pixels
        np.empty((0, 4)),
    ],
)
def test_pixels_are_not(boxes):
    """Nothing is refused without need."""
    refuse_fractions(np.array(boxes, dtype=float), line)
