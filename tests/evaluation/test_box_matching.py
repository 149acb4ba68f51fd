import numpy as np
import pytest

from fairmot_mm.evaluation.box_matching import (
    box_iou,
    iou_distance,
    match_as_motmetrics,
    match_as_trackeval,
)


@pytest.mark.parametrize(
    ('box', 'other', 'iou'),
    [
        ((0, 0, 10, 10), (0, 0, 10, 10), 1),
        ((0, 0, 10, 10), (5, 0, 10, 10), 1 / 3),
        ((0.5, 0.25, 1.5, 2), (1.25, 0.25, 1.5, 2), 1 / 3),
        ((0, 0, 10, 10), (10, 0, 10, 10), 0),
        ((0, 0, 0, 10), (0, 0, 0, 10), 0),
        ((0, 0, -5, -5), (-5, -5, 5, 5), 0),
    ],
)
def test_iou_of_two_boxes(box, other, iou):
    """Fractions count, touching and empty boxes do not overlap."""
    assert box_iou(np.array([box], float), np.array([other], float)) == pytest.approx(
        iou
    )


@pytest.mark.parametrize('shape', [(0, 0), (0, 3), (2, 0)])
def test_iou_without_boxes(shape):
    """A frame without ground truth or without results has an empty matrix."""
    assert box_iou(np.ones((shape[0], 4)), np.ones((shape[1], 4))).shape == shape


def test_half_an_overlap_may_be_paired():
    """0.5 is enough, less is not."""
    distance = iou_distance(np.array([[0.5, 0.499]]))
    assert distance[0, 0] == 0.5
    assert np.isnan(distance[0, 1])


@pytest.mark.parametrize('match', [match_as_motmetrics, match_as_trackeval])
def test_matching_is_global_and_excludes_weak_pairs(match):
    """The best sum wins over the best single pair; IoU below 0.5 pairs nothing."""
    iou = np.array([[0.9, 0.8, 0.0], [0.85, 0.4, 0.0], [0.0, 0.0, 0.49]])
    rows, columns = match(iou)
    assert dict(zip(rows.tolist(), columns.tolist(), strict=True)) == {0: 1, 1: 0}
