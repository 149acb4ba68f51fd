import argparse

import numpy as np
import pytest

from fairmot_mm.utils.points import line_points, polygon_points, require_extent


def test_values():
    """Pairs of x and y, with spaces or without."""
    assert line_points('0,300,1280,300') == [(0, 300), (1280, 300)]
    assert polygon_points(' 0, 0,100,0,50,80') == [(0, 0), (100, 0), (50, 80)]


def test_points_of_numpy():
    """Python may give arrays of whole numbers."""
    require_extent('polygon', np.array([[0, 0], [9, 0], [9, 9]]))


@pytest.mark.parametrize(
    ('read', 'text', 'message'),
    [
        (line_points, '', 'is not a number.*give x1,y1,x2,y2 in whole pixels'),
        (line_points, '1,2,3', '3 numbers are no pairs'),
        (line_points, '1,2,3,4,5,6', 'a line has two points, not 3'),
        (line_points, '1,2,1,2', 'the line has no length'),
        (line_points, '1,2,3,4.5', 'not a whole number'),
        (line_points, '1,2,3,nan', 'is not finite'),
        (line_points, '1,2,3,inf', 'is not finite'),
        (line_points, '1,-2,3,4', 'must be at least 0'),
        (line_points, '1;2;3;4', 'is not a number'),
        (line_points, '1,2,3,', 'is not a number'),
        (line_points, '1,2,3,1_0', 'is not a number'),
        (polygon_points, '0,0,5,5', 'three points or more, not 2'),
        (polygon_points, '0,0,5,5,9,9', 'the polygon has no area'),
        (polygon_points, '0,0,9,9,9,0,0,8', 'the sides of the polygon cross'),
    ],
)
def test_refused(read, text, message):
    """What is no line or polygon is refused in one line with the form it must have."""
    with pytest.raises(argparse.ArgumentTypeError, match=message):
        read(text)
