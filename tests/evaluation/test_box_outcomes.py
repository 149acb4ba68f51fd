from pathlib import Path

import numpy as np
import pytest

from fairmot_mm.evaluation import (
    NOBODY,
    Fragment,
    SequenceTracks,
    Switch,
    evaluate_sequences,
    find_outcomes,
)
from fairmot_mm.utils import MOTRows, read_mot

# Origin of the files: see tests/evaluation/test_mot_scores.py.
DATA = Path(__file__).parents[1] / 'data' / 'eval'


def make_rows(table):
    """Rows of (frame, id, left); all boxes are 10 x 20."""
    table = np.array(table).reshape(-1, 3)
    ones = np.ones(len(table))
    tlwh = np.column_stack([table[:, 2], 0 * ones, 10 * ones, 20 * ones])
    return MOTRows.of_pedestrians(table[:, 0], table[:, 1], tlwh)


def stored(name):
    return SequenceTracks(
        name, read_mot(DATA / name / 'gt' / 'gt.txt'), read_mot(DATA / f'{name}.txt')
    )


@pytest.mark.parametrize('protocol', ['motchallenge', 'published'])
@pytest.mark.parametrize('name', ['TUD-Campus', 'MOT17-02-SDP', 'MOT17-04-SDP'])
def test_counts_are_those_of_the_scores(name, protocol):
    """Misses, false positives, switches and fragments are as many as in the table."""
    outcomes = find_outcomes(stored(name), protocol)
    scores = evaluate_sequences([stored(name)], protocol)[name]
    assert (outcomes.tracks == NOBODY).sum() == scores['FN'] > 0
    assert (outcomes.people == NOBODY).sum() == scores['FP'] > 0
    assert len(outcomes.switches) == scores['IDSW']
    assert len(outcomes.fragments) == scores['FM'] > 0


def test_who_has_whom():
    """Each box knows its partner; rows need not be in the order of frames."""
    gt = make_rows([(2, 7, 0), (1, 7, 0), (1, 8, 100)])
    results = make_rows([(1, 3, 1), (2, 4, 1), (2, 5, 50)])
    outcomes = find_outcomes(SequenceTracks('A', gt, results))
    partners = zip(outcomes.gt.frames, outcomes.gt.ids, outcomes.tracks, strict=True)
    assert set(partners) == {(1, 7, 3), (1, 8, NOBODY), (2, 7, 4)}
    partners = zip(
        outcomes.results.frames, outcomes.results.ids, outcomes.people, strict=True
    )
    assert set(partners) == {(1, 3, 7), (2, 4, 7), (2, 5, NOBODY)}
    assert outcomes.switches == [Switch(2, 7, 3, 4, 1)]


def test_a_fragment_lies_between_two_boxes():
    """Frames before the first box and after the last one are misses alone.

    Frames in which the ground truth has no person interrupt nothing.
    """
    gt = make_rows([(t, 5, 0) for t in (1, 2, 3, 4, 6, 7, 8)])
    results = make_rows([(2, 1, 0), (7, 1, 0)])
    outcomes = find_outcomes(SequenceTracks('A', gt, results))
    assert outcomes.fragments == [Fragment(5, 3, 6)]
    assert outcomes.switches == []


def test_runs_of_people_and_tracks():
    """A run ends where the partner changes, and where a frame has no box."""
    gt = make_rows([(t, 5, 0) for t in (1, 2, 3, 4, 5)])
    results = make_rows([(1, 1, 0), (2, 1, 0), (4, 2, 0), (5, 2, 90)])
    outcomes = find_outcomes(SequenceTracks('A', gt, results))
    people = np.stack([*outcomes.people_runs], axis=1).tolist()
    assert people == [[5, 0, 1, 1], [5, 2, 2, NOBODY], [5, 3, 3, 2], [5, 4, 4, NOBODY]]
    tracks = np.stack([*outcomes.track_runs], axis=1).tolist()
    assert tracks == [[1, 0, 1, 5], [2, 3, 3, 5], [2, 4, 4, NOBODY]]


@pytest.mark.parametrize(
    ('settings', 'frames'),
    [
        ({}, [1, 2, 3]),
        (dict(num_frames=5), [1, 2, 3, 4, 5]),
        (dict(frames=np.array([1, 3, 9])), [1, 3, 9]),
        (dict(frames=range(5)), [0, 1, 2, 3, 4]),
    ],
)
def test_frames_of_the_sequence(settings, frames):
    """Frames without a box are frames too."""
    rows = make_rows([(1, 1, 0), (3, 1, 0)])
    outcomes = find_outcomes(SequenceTracks('A', rows, rows, **settings))
    assert list(outcomes.frames) == frames
    assert outcomes.places(rows.frames).tolist() == list(map(frames.index, (1, 3)))


def test_a_frame_of_a_high_number():
    """A video of a billion frames costs no memory for frames without boxes."""
    rows = make_rows([(1, 1, 0), (10**9, 1, 0)])
    outcomes = find_outcomes(SequenceTracks('A', rows, rows))
    assert len(outcomes.frames) == 10**9
    assert outcomes.people_runs.first.tolist() == [0, 10**9 - 1]


def test_without_any_box():
    """An empty sequence has no outcomes, and no error."""
    outcomes = find_outcomes(SequenceTracks('A', make_rows([]), make_rows([])))
    assert len(outcomes.gt) == len(outcomes.results) == len(outcomes.frames) == 0
    assert outcomes.switches == outcomes.fragments == []
    assert len(outcomes.people_runs.owners) == 0
