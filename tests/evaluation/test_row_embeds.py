import numpy as np
import pytest

from fairmot_mm.evaluation import DetectedSequence, embeds_of_rows
from fairmot_mm.utils import DataError, MOTRows


@pytest.fixture
def sequence():
    """Frames 10, 20, 30 with two, no and one detection, each 10 x 10 pixels."""
    left = np.array([0, 6, 50], dtype=float)
    bboxes = np.column_stack([left, 0 * left, left + 10, 0 * left + 10])
    return DetectedSequence(
        name='street',
        frame_rate=10.0,
        ori_shape=(100, 100),
        gt=MOTRows.of_pedestrians(*np.zeros((2, 0), int), np.zeros((0, 4))),
        starts=np.array([0, 2, 2, 3]),
        bboxes=bboxes.astype(np.float32),
        scores=np.ones(3, np.float32),
        labels=np.zeros(3, np.int64),
        embeds=np.eye(3, dtype=np.float32),
        frames=np.array([10, 20, 30]),
    )


def found(sequence, *table):
    """Number of the detection of each (frame, left); None without one."""
    frames, left = np.array(table, dtype=float).reshape(-1, 2).T
    ones = np.ones(len(frames))
    tlwh = np.column_stack([left, 0 * left, 10 * ones, 10 * ones])
    rows = MOTRows.of_pedestrians(frames.astype(int), np.arange(len(frames)), tlwh)
    embeds = embeds_of_rows(rows, sequence)
    assert embeds.shape == (len(rows), 3)
    return [None if np.isnan(row).any() else int(row.argmax()) for row in embeds]


def test_rows_find_their_detections(sequence):
    """By frame and largest overlap, in any order; a moved box still finds its own."""
    assert found(sequence, (30, 49), (10, 5), (10, 1)) == [2, 1, 0]


def test_rows_without_a_detection(sequence):
    """Too far away, another frame, or a frame without detections."""
    assert found(sequence, (10, 30), (10, 50), (20, 0), (30, 54)) == [None] * 4
    assert found(sequence) == []


def test_a_detection_belongs_to_one_row(sequence):
    """Of two rows that overlap one detection, the nearer one gets its embedding."""
    assert found(sequence, (30, 48), (30, 49)) == [None, 2]
    assert found(sequence, (30, 50), (30, 50)) == [2, None]


def test_a_frame_that_is_not_there(sequence):
    """It is named: the detections are those of another video."""
    with pytest.raises(DataError, match='street: results have frame 11'):
        found(sequence, (11, 0))
