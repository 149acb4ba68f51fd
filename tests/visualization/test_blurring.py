import numpy as np
import pytest

from fairmot_mm.visualization.blurring import blur_boxes


@pytest.fixture
def image():
    return np.random.default_rng(0).integers(0, 256, (80, 100, 3), np.uint8)


def test_people(image):
    """Little is left in the boxes, also in a corner; all else stays."""
    before = image.copy()
    boxes = np.array([[10.4, 20, 40.6, 70], [90, -9, 130, 12], [200, 0, 210, 5]])
    blurred = blur_boxes(image, boxes, 'people')
    assert (image == before).all()
    mask = np.zeros((80, 100), bool)
    mask[20:70, 10:41] = mask[:12, 90:] = True
    assert (blurred[~mask] == image[~mask]).all()
    for area in (np.s_[20:70, 10:41], np.s_[:12, 90:]):
        assert image[area].std() > 60
        assert blurred[area].std() < 30


def test_faces(image):
    """The upper quarter and a bit above it; the body stays."""
    blurred = blur_boxes(image, np.array([[10, 20, 40, 60]]), 'faces')
    changed = (blurred != image).any(axis=2)
    assert changed[18:30, 10:40].mean() > 0.99
    changed[17:30, 10:40] = False
    assert not changed.any()


def test_nobody(image):
    """Without boxes the picture is as it was."""
    assert (blur_boxes(image, np.zeros((0, 4)), 'people') == image).all()
