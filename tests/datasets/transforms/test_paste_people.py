import random

import cv2
import numpy as np
import pytest
import torch
from mmdet.structures.bbox import HorizontalBoxes

from fairmot_mm.datasets import PastePeople
from fairmot_mm.utils import DataError


@pytest.fixture
def cutouts(tmp_path):
    """A folder of one person: a bright body, transparent at the left edge."""
    person = np.full((60, 24, 4), 250, np.uint8)
    person[..., 3] = 255
    person[:, :4, 3] = 0
    cv2.imwrite(str(tmp_path / 'person.png'), person)
    return str(tmp_path)


def scene(*boxes):
    return {
        'img': np.zeros((96, 128, 3), np.uint8),
        'gt_bboxes': HorizontalBoxes(torch.tensor(boxes).float().reshape(-1, 4)),
        'gt_bboxes_labels': np.zeros(len(boxes), np.int64),
        'gt_instances_ids': 5 + np.arange(len(boxes)),
    }


def test_pasted_people_have_boxes_where_they_are(cutouts):
    """Every bright pixel is in a box, every box has some, and they have no identity."""
    paste = PastePeople(cutouts, prob=1, gain_range=(1, 1))
    for seed in range(10):
        random.seed(seed)
        before = scene()
        image = before['img']
        results = paste(before)
        assert not image.any()  # the picture that came in may be somebody's cache
        boxes = results['gt_bboxes'].tensor.numpy().round().astype(int)
        assert results['gt_instances_ids'].tolist() == [-1] * len(boxes)
        assert len(results['gt_bboxes_labels']) == len(boxes)
        bright = results['img'][..., 0] > 240
        outside = bright.copy()
        for x1, y1, x2, y2 in boxes.clip(0):
            assert bright[y1:y2, x1:x2].any()
            outside[y1:y2, x1:x2] = False
        # Those of whom too little is in the picture have no box.
        assert outside.mean() < 0.05


def test_hidden_people_lose_their_labels(cutouts):
    """Who stands behind somebody goes, pasted or not; who stands beside stays."""
    paste = PastePeople(cutouts, prob=1)
    person = cv2.imread(f'{cutouts}/person.png', cv2.IMREAD_UNCHANGED)
    behind, front = (person, (40, 20)), (person, (41, 22))
    paste.draw_group = lambda width, height: [behind, front]
    results = paste(scene((45, 30, 60, 70), (80, 20, 100, 80)))
    assert results['gt_instances_ids'].tolist() == [6, -1]
    assert results['gt_bboxes'].tensor[1].tolist() == [41, 22, 65, 82]


def test_nobody_is_pasted_without_luck(cutouts):
    """With probability 0 the sample stays as it is."""
    results = PastePeople(cutouts, prob=0)(scene((45, 30, 60, 70)))
    assert not results['img'].any()
    assert len(results['gt_bboxes']) == 1


def test_unusable_folders_are_named(tmp_path):
    """No file, and a file without transparency."""
    with pytest.raises(DataError, match='has no PNG file'):
        PastePeople(str(tmp_path))
    cv2.imwrite(str(tmp_path / 'a.png'), np.zeros((9, 9, 3), np.uint8))
    with pytest.raises(DataError, match=r'a\.png is not a PNG file with transparency'):
        PastePeople(str(tmp_path), prob=1)(scene())


def test_figures_that_are_no_people(cutouts):
    """Without a class they are background; who is hidden by them goes all the same."""
    paste = PastePeople(cutouts, prob=1, label=None)
    person = cv2.imread(f'{cutouts}/person.png', cv2.IMREAD_UNCHANGED)
    paste.draw_group = lambda width, height: [(person, (40, 20))]
    results = paste(scene((45, 30, 60, 70), (80, 20, 100, 80)))
    assert results['img'].any()
    assert results['gt_instances_ids'].tolist() == [6]
    assert len(results['gt_bboxes']) == len(results['gt_bboxes_labels']) == 1
