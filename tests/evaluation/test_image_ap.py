import numpy as np
import pytest

from fairmot_mm.evaluation import average_precision, score_image


def test_published_case():
    """Seven detections of six boxes, from the published code (commit 4aa6297)."""
    score = average_precision(np.array([1, 0, 1, 1, 0, 1, 0]), 6)
    assert score == pytest.approx((0.5277777777777777, 0.5714285714285714, 2 / 3))


def boxes(*lefts):
    """Boxes of 10 x 10 pixels in a row."""
    return np.array([[left, 0, left + 10, 10] for left in lefts], np.float64)


@pytest.mark.parametrize(
    ('found', 'labels', 'expected'),
    [
        # All found, nothing else: 1 everywhere.
        (boxes(0, 20), [0, 0], (1, 1, 1)),
        # A shift of 3 leaves IoU 7/13, of 4 leaves 6/14.
        (boxes(3), [0], (1 / 2, 1, 1 / 2)),
        (boxes(4), [0], (0, 0, 0)),
        # The second on a box that is taken is wrong, however well it fits.
        (boxes(3, 0, 20), [0, 0, 0], (1 / 2 + 1 / 2 * 2 / 3, 2 / 3, 1)),
        # The class is another.
        (boxes(0, 20), [1, 0], (1 / 2 * 1 / 2, 1 / 2, 1 / 2)),
        # Nothing found.
        (np.zeros((0, 4)), [], (0, 0, 0)),
    ],
)
def test_by_hand(found, labels, expected):
    """Two boxes at 0 and 20: area under the envelope, last precision and recall."""
    truth = boxes(0, 20)
    score = score_image(found, np.array(labels), truth, np.zeros(2, np.int64))
    assert score == pytest.approx(expected)


def test_largest_overlap_alone_counts():
    """A detection whose nearest box is taken does not fall back to the next one."""
    truth, found = boxes(0, 4), boxes(0, 1)  # 1 lies nearer to 0 than to 4
    score = score_image(found, np.zeros(2), truth, np.zeros(2))
    assert score == pytest.approx((1 / 2, 1 / 2, 1 / 2))
