"""Detections of a video in arrays, handed to a tracker and scored."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from mmengine.structures import InstanceData

from fairmot_mm.evaluation import DetectedSequence, score_tracker, track_sequence
from fairmot_mm.utils import DataError, MOTRows


@pytest.fixture
def sequence():
    """Frame 0 with two people, frame 1 with nobody detected, frame 2 with one."""
    ones = np.ones(5)
    gt = MOTRows(
        frames=np.array([1, 1, 2, 2, 3]),
        ids=np.array([1, 2, 1, 2, 2]),
        tlwh=np.array([[0.0, 0, 9, 20], [50, 0, 9, 20]] * 2 + [[50.0, 0, 9, 20]]),
        marks=ones,
        classes=ones.astype(int),
        visibility=ones,
    )
    return DetectedSequence(
        name='STREET',
        frame_rate=25,
        ori_shape=(100, 200),
        gt=gt,
        starts=np.array([0, 2, 2, 3]),
        bboxes=np.array([[0, 0, 9, 20], [50, 0, 59, 20], [50, 0, 59, 20]], np.float32),
        scores=np.array([0.9, 0.8, 0.7], np.float32),
        labels=np.zeros(3, dtype=np.int64),
        embeds=np.eye(3, dtype=np.float32),
    )


class Echo:
    """Returns detections as tracks, numbered by their column."""

    def __init__(self):
        self.frame_ids = []

    def track(self, data_sample):
        self.frame_ids.append(data_sample.frame_id)
        found = data_sample.pred_instances
        return InstanceData(
            bboxes=found.bboxes,
            scores=found.scores,
            labels=found.labels,
            instances_id=1 + (found.bboxes[:, 0] > 25).long(),
        )


def test_frames(sequence):
    """A sample has the rows of its frame, what a tracker asks for, and is a copy."""
    assert [len(sample.pred_instances) for sample in sequence.samples()] == [2, 0, 1]
    sample = sequence.sample(2)
    assert (sample.frame_id, sample.frame_rate) == (2, 25)
    assert sample.pred_instances.embeds.dtype == torch.float32
    sample.pred_instances.bboxes[:] = 0
    assert sequence.bboxes[2, 0] == 50


def test_tracks_become_rows(sequence):
    """Frames count from 1, boxes become left, top, width, height."""
    tracker = Echo()
    rows = track_sequence(tracker, sequence)
    assert tracker.frame_ids == [0, 1, 2]
    assert rows.frames.tolist() == [1, 1, 3]
    assert rows.ids.tolist() == [1, 2, 2]
    np.testing.assert_allclose(rows.tlwh[1], [50, 0, 9, 20])
    np.testing.assert_allclose(rows.marks, [0.9, 0.8, 0.7], rtol=1e-6)


def test_numbers_of_frames(sequence):
    """Rows and ground truth have the numbers of the images; the tracker has places."""
    numbers = np.array([0, 5, 6])
    gt = replace(sequence.gt, frames=numbers[sequence.gt.frames - 1])
    renumbered = replace(sequence, gt=gt, frames=numbers)
    tracker = Echo()
    assert track_sequence(tracker, renumbered).frames.tolist() == [0, 0, 6]
    assert tracker.frame_ids == [0, 1, 2]
    assert score_tracker(Echo(), [renumbered]) == score_tracker(Echo(), [sequence])
    with pytest.raises(
        DataError, match='ground truth has frames 1 to 3, but the seque'
    ):
        score_tracker(Echo(), [replace(sequence, frames=numbers)])


def test_scores(sequence):
    """Two of five boxes are missing, nobody is confused."""
    scores = score_tracker(Echo(), [sequence])
    assert scores['STREET']['FN'] == 2
    assert scores['OVERALL']['MOTA'] == pytest.approx(0.6)
    assert scores['OVERALL']['IDSW'] == 0
