import numpy as np

from fairmot_mm.report.heat_map import HeatMap
from fairmot_mm.utils import MOTRows


def map_of(*feet):
    """Boxes of 20 x 40 pixels whose feet are at (x, y)."""
    x, y = np.array(feet, float).T
    tlwh = np.column_stack([x - 10, y - 40, 0 * x + 20, 0 * x + 40])
    ids = np.ones(len(x), int)
    return HeatMap(1, MOTRows.of_pedestrians(np.arange(1, len(x) + 1), ids, tlwh))


STREET = np.full((100, 200, 3), 90, np.uint8)


def test_heat_is_where_feet_are():
    """The picture is coloured there, and grey elsewhere."""
    picture = map_of((150, 50)).draw(STREET)
    assert picture.shape == (450, 900, 3)
    color = np.ptp(picture.astype(int), axis=-1)
    assert color[225, 675] > 60
    assert color[225, 100] == 0


def test_often_is_red_and_seldom_is_blue():
    """Many boxes at one place outweigh one at another."""
    picture = map_of(*[(50, 50)] * 50, (150, 50)).draw(STREET)
    blue, _, red = picture[225, 225].astype(int)
    assert red > blue
    blue, _, red = picture[225, 675].astype(int)
    assert blue > red


def test_feet_beyond_the_frame():
    """They are drawn at the border."""
    picture = map_of((-500, 4000)).draw(STREET)
    assert np.ptp(picture[-1, 0].astype(int)) > 60


def test_without_an_image():
    """The picture is as large as the boxes need."""
    picture = map_of((150, 50), (290, 100)).draw(None)
    assert picture.shape == (300, 900, 3)
