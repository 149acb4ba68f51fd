import numpy as np
import pytest

from fairmot_mm.evaluation import SequenceTracks, find_outcomes
from fairmot_mm.utils import MOTRows


@pytest.fixture(scope='session')
def make_rows():
    """Rows of (frame, id, left); all boxes are 20 x 40 pixels, 10 below the top."""

    def make(table):
        table = np.array(table).reshape(-1, 3)
        ones = np.ones(len(table))
        tlwh = np.column_stack([table[:, 2], 10 * ones, 20 * ones, 40 * ones])
        frames, ids = table[:, :2].astype(np.int64).T
        return MOTRows.of_pedestrians(frames, ids, tlwh)

    return make


@pytest.fixture(scope='session')
def make_outcomes(make_rows):
    """Outcomes of results against ground truth, both as (frame, id, left)."""

    def make(gt, results, num_frames=None):
        sequence = SequenceTracks(
            'A', make_rows(gt), make_rows(results), num_frames=num_frames
        )
        return find_outcomes(sequence)

    return make


@pytest.fixture(scope='session')
def eventful(make_outcomes):
    """Person 5 switches from track 1 to 2 over a gap; person 6 is found at the end.

    Track 3 is false in frames 3 and 5.
    """
    gt = [(t, 5, 0) for t in range(1, 9)] + [(t, 6, 100) for t in range(1, 7)]
    results = [(1, 1, 0), (2, 1, 0), (3, 1, 0), (6, 2, 0), (7, 2, 0), (8, 2, 0)]
    results += [(6, 4, 100), (3, 3, 60), (5, 3, 60)]
    return make_outcomes(gt, results)
