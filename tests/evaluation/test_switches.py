from pathlib import Path

import numpy as np
import pytest

from fairmot_mm.evaluation import SequenceTracks, evaluate_sequences, find_switches
from fairmot_mm.utils import ConfigError, MOTRows, read_mot

# Origin of the files: see tests/evaluation/test_mot_scores.py.
DATA = Path(__file__).parents[1] / 'data' / 'eval'


def make_rows(table):
    """Rows of (frame, id, left); all boxes are 10 x 20."""
    table = np.array(table)
    ones = np.ones(len(table))
    tlwh = np.column_stack([table[:, 2], 0 * ones, 10 * ones, 20 * ones])
    return MOTRows(table[:, 0], table[:, 1], tlwh, ones, ones.astype(int), ones)


def test_a_switch_after_a_gap():
    """Old and new identity, the person, and the frames on both sides of the gap."""
    gt = make_rows([(t, 5, 0) for t in range(1, 8)] + [(t, 6, 90) for t in (1, 2)])
    results = make_rows(
        [(1, 1, 0), (2, 1, 0), (5, 3, 0), (6, 3, 0), (7, 1, 0), (1, 2, 90), (2, 2, 90)]
    )
    switches = find_switches(SequenceTracks('A', gt, results))
    assert switches == [(5, 5, 1, 3, 2), (7, 5, 3, 1, 6)]
    assert all(type(value) is int for switch in switches for value in switch)


@pytest.mark.parametrize('protocol', ['motchallenge', 'published'])
@pytest.mark.parametrize('name', ['TUD-Campus', 'MOT17-02-SDP'])
def test_as_many_as_are_counted(name, protocol):
    """The list is as long as the number of switches in the table."""
    sequence = SequenceTracks(
        name, read_mot(DATA / name / 'gt' / 'gt.txt'), read_mot(DATA / f'{name}.txt')
    )
    switches = find_switches(sequence, protocol)
    assert len(switches) > 0
    assert len(switches) == evaluate_sequences([sequence], protocol)[name]['IDSW']
    assert all(switch.last_frame < switch.frame for switch in switches)


def test_unknown_protocol():
    """It is named."""
    rows = make_rows([(1, 1, 0)])
    with pytest.raises(ConfigError, match="protocol 'x' is unknown"):
        find_switches(SequenceTracks('A', rows, rows), 'x')
