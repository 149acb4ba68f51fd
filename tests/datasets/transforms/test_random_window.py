import random

import numpy as np
import pytest
import torch
from mmdet.structures.bbox import HorizontalBoxes

from fairmot_mm.datasets import RandomWindow

SCALE = (64, 48)


def scene(*boxes, size=(160, 120)):
    """A dark image in which each box is bright; identities count from 10."""
    image = np.zeros((size[1], size[0], 3), np.uint8)
    for x1, y1, x2, y2 in boxes:
        image[y1:y2, x1:x2] = 255
    tensor = torch.tensor(boxes, dtype=torch.float32).reshape(-1, 4)
    return {
        'img': image,
        'gt_bboxes': HorizontalBoxes(tensor),
        'gt_bboxes_labels': np.zeros(len(boxes), np.int64),
        'gt_instances_ids': 10 + np.arange(len(boxes)),
    }


@pytest.mark.parametrize('seed', range(8))
def test_box_goes_with_its_pixels(seed):
    """What is bright in the window is the box, to a pixel; the height is as drawn."""
    random.seed(seed)
    window = RandomWindow(SCALE, height_range=(0.3, 0.9), whole_prob=0)
    results = window(scene((60, 40, 80, 90)))
    assert results['img'].shape == (48, 64, 3)
    assert results['img_shape'] == (48, 64)
    (box,) = results['gt_bboxes'].tensor.numpy()
    assert 0.3 * 48 - 1e-3 <= box[3] - box[1] <= 0.9 * 48 + 1e-3
    y, x = np.nonzero(results['img'][..., 0] > 200)
    found = np.array([x.min(), y.min(), x.max() + 1, y.max() + 1])
    inside = box.clip(0, np.tile(SCALE, 2))
    np.testing.assert_allclose(found, inside, atol=1.1)


def test_sizes_are_spread_over_octaves():
    """Half of the heights lie below the geometric middle of the range."""
    random.seed(0)
    window = RandomWindow(SCALE, (0.25, 1.0), max_enlargement=9, whole_prob=0)
    heights = []
    for _ in range(400):
        factors, _ = window.draw(np.array([[60.0, 40, 80, 90]]), 160, 120)
        heights.append(factors[1] * 50 / 48)
    # The image is not made smaller than the window: 0.42 at least.
    assert min(heights) == pytest.approx(0.4 * 50 / 48)
    assert np.mean(np.array(heights) > 0.5) == pytest.approx(0.5, abs=0.08)


def test_who_is_cut_off_goes_and_identities_stay_with_boxes():
    """A person mostly outside loses the label; the rest keep their identities."""
    window = RandomWindow(SCALE)
    window.draw = lambda boxes, width, height: ((1.0, 1.0), (-20, -10))
    results = window(scene((0, 20, 22, 50), (30, 20, 50, 50), (70, 12, 94, 50)))
    assert results['gt_instances_ids'].tolist() == [11, 12]
    assert results['gt_bboxes'].tensor.tolist() == [[10, 10, 30, 40], [50, 2, 74, 40]]


def test_image_without_people_is_fitted_whole():
    """Nobody to choose: the whole image, the rest of the window grey."""
    results = RandomWindow(SCALE, max_stretch=0)(scene(size=(160, 60)))
    assert (results['img'] == 127).all(axis=(1, 2)).sum() == 24
    assert len(results['gt_bboxes']) == 0
