import numpy as np

from fairmot_mm.report.heat_map import draw_heat_map
from fairmot_mm.utils import MOTRows


def rows_at(*feet):
    """Boxes of 20 x 40 pixels whose feet are at (x, y)."""
    feet = np.array(feet, float)
    tlwh = np.column_stack([feet[:, 0] - 10, feet[:, 1] - 40, *np.full((2, len(feet)), 20)])
    tlwh[:, 3] = 40
    return MOTRows.of_pedestrians(np.arange(1, len(feet) + 1), np.ones(len(feet), int), tlwh)


def test_heat_is_where_feet_are():
    """The picture is coloured there, and grey elsewhere."""
    image = np.full((100, 200, 3), 90, np.uint8)
    picture = draw_heat_map(rows_at((150, 50)), (200, 100), image)
    assert picture.shape == (450, 900, 3)
    color = np.ptp(picture.astype(int), axis=-1)
    assert np.unravel_index(color.argmax(), color.shape)[1] > 600
    assert color[225, 675] > 60
    assert color[225, 100] == 0


def test_often_is_red_and_seldom_is_blue():
    """Many boxes at one place outweigh one at another."""
    picture = draw_heat_map(rows_at(*[(50, 50)] * 50, (150, 50)), (200, 100), None)
    blue, _, red = picture[225, 225].astype(int)
    assert red > blue
    blue, _, red = picture[225, 675].astype(int)
    assert blue > red


def test_feet_beyond_the_frame():
    """They are drawn at the border."""
    picture = draw_heat_map(rows_at((-500, 4000)), (200, 100), None)
    assert np.ptp(picture[-1, 0].astype(int)) > 60
