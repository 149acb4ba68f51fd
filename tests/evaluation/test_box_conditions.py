from dataclasses import replace

import numpy as np
import pytest

from fairmot_mm.evaluation import SequenceTracks, find_outcomes
from fairmot_mm.evaluation.box_conditions import (
    BinCounts,
    count_by_condition,
    count_neighbours,
    estimate_visibility,
)
from fairmot_mm.utils import MOTRows


def make_rows(tlwh, frames=None):
    """One identity for each box, all in frame 1 unless frames are given."""
    tlwh = np.array(tlwh, float).reshape(-1, 4)
    frames = np.ones(len(tlwh), int) if frames is None else np.array(frames)
    return MOTRows.of_pedestrians(frames, np.arange(1, len(tlwh) + 1), tlwh)


def test_what_is_in_front_hides():
    """A box with a lower edge further down is in front; of two, both hide a part."""
    rows = make_rows(
        [(0, 0, 80, 160), (40, 0, 80, 170), (-40, 0, 60, 180), (500, 0, 80, 160)]
    )
    assert estimate_visibility(rows) == pytest.approx([0.25, 1, 1, 1])


def test_a_covered_part_counts_once():
    """Two boxes in front of the same half hide a half."""
    rows = make_rows([(0, 0, 80, 160), (40, 0, 80, 170), (40, 0, 80, 180)])
    assert estimate_visibility(rows) == pytest.approx([0.5, 0, 1])


def test_frames_do_not_hide_each_other():
    """Boxes of another frame hide nothing and are no neighbours."""
    rows = make_rows([(0, 0, 80, 160), (0, 0, 80, 170)], frames=[1, 2])
    assert estimate_visibility(rows).tolist() == [1, 1]
    assert count_neighbours(rows).tolist() == [0, 0]


def test_neighbours_are_nearer_than_the_own_height():
    """A tall box reaches further than a small one."""
    rows = make_rows([(0, 0, 40, 100), (90, 40, 10, 20), (400, 0, 40, 100)])
    assert count_neighbours(rows).tolist() == [1, 0, 0]


def test_counts_by_condition():
    """Recall counts people, precision counts results, each in the bin of its box."""
    gt = make_rows([(0, 0, 10, 20), (0, 100, 30, 70), (500, 0, 150, 300)])
    gt = replace(gt, visibility=np.array([0.1, 0.6, 1.0]))
    results = make_rows([(0, 100, 30, 70), (900, 0, 30, 60)])
    outcomes = find_outcomes(SequenceTracks('A', gt, results))
    people, boxes = count_by_condition(outcomes)['box height']
    assert people.total.tolist() == [1, 0, 1, 0, 1]
    assert people.hits.tolist() == [0, 0, 1, 0, 0]
    assert boxes.total.tolist() == [0, 1, 1, 0, 0]
    assert boxes.hits.tolist() == [0, 0, 1, 0, 0]
    people, boxes = count_by_condition(outcomes)['visibility']
    assert people.total.tolist() == [1, 0, 1, 0, 1]
    assert boxes.total.tolist() == [0, 0, 0, 0, 2]


def test_sums_of_sequences():
    """Counts add up; a bin without boxes has no share."""
    one = BinCounts(np.array([4, 0]), np.array([1, 0]))
    assert (one + one).total.tolist() == [8, 0]
    assert np.array_equal((one + one).share, [0.25, np.nan], equal_nan=True)
