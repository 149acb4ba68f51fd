import numpy as np
import pytest

from fairmot_mm.evaluation import DetectedSequence
from fairmot_mm.evaluation.detection_scores import score_boxes, score_embeds
from fairmot_mm.utils import DataError, MOTRows

LEFT = {1: 0, 2: 50}


def make_gt(rows, classes=1):
    """Ground truth of (frame, identity) rows: boxes of 20 x 40 pixels, side by side."""
    frames, ids = np.array(rows).reshape(-1, 2).T
    tlwh = np.array([[LEFT[name], 0, 20, 40] for name in ids.tolist()], float)
    gt = MOTRows.of_pedestrians(frames, ids, tlwh.reshape(-1, 4))
    gt.classes[:] = classes
    return gt


def make_sequence(gt, *frames):
    """Frames of detections (left, score, embedding), one frame a second."""
    rows = [row for frame in frames for row in frame]
    left = np.array([row[0] for row in rows], float)
    return DetectedSequence(
        name='street',
        frame_rate=1.0,
        ori_shape=(100, 100),
        gt=gt,
        starts=np.cumsum([0, *map(len, frames)]),
        bboxes=np.column_stack([left, 0 * left, left + 20, 0 * left + 40]),
        scores=np.array([row[1] for row in rows], np.float32),
        labels=np.zeros(len(rows), np.int64),
        embeds=np.array([row[2] for row in rows], np.float32).reshape(-1, 2),
    )


ONE, TWO = (1, 0), (0, 1)


def test_all_found():
    """Every box is right."""
    gt = make_gt([(1, 1), (1, 2), (2, 1)])
    frames = [(1, 0.9, ONE), (50, 0.8, TWO)], [(0, 0.7, ONE)]
    assert score_boxes(make_sequence(gt, *frames)) == pytest.approx((1, 1))


def test_wrong_boxes():
    """A wrong box below a right one halves the precision of the boxes below it."""
    gt = make_gt([(1, 1), (2, 2)])
    frames = [(0, 0.9, ONE), (25, 0.8, ONE)], [(25, 0.7, ONE), (50, 0.6, ONE)]
    scores = score_boxes(make_sequence(gt, *frames))
    assert scores.ap50 == pytest.approx((51 + 50 * 0.5) / 101)
    assert scores.recall == pytest.approx(0.5)


def test_distractors_do_not_count():
    """A box on a static person is no error, and one that misses it is none either."""
    gt = make_gt([(1, 1), (2, 2)], classes=[1, 7])
    frames = [(0, 0.5, ONE)], [(50, 0.9, ONE)]
    assert score_boxes(make_sequence(gt, *frames)) == pytest.approx((1, 1))
    assert score_boxes(make_sequence(gt, frames[0], [])) == pytest.approx((1, 1))


def test_nobody_to_find():
    """A sequence without a pedestrian is refused."""
    gt = make_gt([(1, 1)], classes=7)
    with pytest.raises(DataError, match='street has no pedestrian'):
        score_boxes(make_sequence(gt, [(0, 0.5, ONE)]))


@pytest.mark.parametrize(('later', 'rank1'), [((ONE, TWO), 1), ((TWO, ONE), 0)])
def test_embeddings(later, rank1):
    """People are looked for two seconds later among all who are there then."""
    gt = make_gt([(frame, name) for frame in (1, 2, 3) for name in (1, 2)])
    first = [(0, 0.9, ONE), (50, 0.9, TWO)]
    last = [(0, 0.9, later[0]), (50, 0.9, later[1])]
    scores = score_embeds(make_sequence(gt, first, first, last), seconds=2)
    assert scores.rank1 == rank1
    assert (scores.true_accept_rates == (1, 1, 1)) == (rank1 == 1)


def test_nobody_is_there_again():
    """Without anybody after the time there is no rank-1."""
    gt = make_gt([(frame, name) for frame in (1, 2) for name in (1, 2)])
    frame = [(0, 0.9, ONE), (50, 0.9, TWO)]
    with pytest.raises(DataError, match='nobody is found again after 5 s'):
        score_embeds(make_sequence(gt, frame, frame), seconds=5)
