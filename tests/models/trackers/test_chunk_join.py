import numpy as np
import pytest

from fairmot_mm.models.trackers import ChunkJoin, ChunkTracks
from fairmot_mm.utils import ConfigError


def tracks(*rows):
    """Rows of frame, identity, left and perhaps label; boxes are 10 by 20 pixels."""
    table = np.array([(*row, 0)[:4] for row in rows], float).reshape(-1, 4)
    table = table[np.argsort(table[:, 0], kind='stable')]
    size = np.tile([0, 10, 20], (len(table), 1))
    tlwh = np.column_stack([table[:, 2], size])
    frames, ids, labels = table[:, [0, 1, 3]].astype(np.int64).T
    return ChunkTracks(frames, ids, tlwh, labels)


def test_the_same_people():
    """Tracks on each other are one person, whatever their identities are."""
    before = tracks(*[(t, i, 100 * i) for t in range(5) for i in (1, 2, 3)])
    after = tracks(*[(t, 4 - i, 100 * i + 1) for t in range(2, 7) for i in (1, 2)])
    assert ChunkJoin().match(before, after) == {3: 1, 2: 2}


def test_who_is_not_there():
    """Who is only in one chunk, or elsewhere, has no partner."""
    before = tracks((1, 1, 0), (1, 2, 100))
    assert ChunkJoin().match(before, tracks((1, 1, 106), (1, 2, 300))) == {}
    assert ChunkJoin().match(before, tracks((2, 1, 0))) == {}
    assert ChunkJoin().match(before, tracks()) == {}
    assert ChunkJoin().match(tracks(), before) == {}


def test_the_longer_time_wins():
    """Of two tracks on one person, the one that lasts is taken."""
    before = tracks(*[(t, 1, 0) for t in range(10)])
    after = tracks((0, 1, 0), (1, 1, 0), *[(t, 2, 1) for t in range(2, 10)])
    assert ChunkJoin().match(before, after) == {2: 1}


def test_people_who_cross():
    """The overlap over all shared frames decides, not that of one of them."""
    before = tracks(*[(t, i, 5 * t * (1, -1)[i]) for t in range(-4, 5) for i in (0, 1)])
    after = tracks(
        *[(t, 1 - i, 5 * t * (1, -1)[i]) for t in range(-4, 5) for i in (0, 1)]
    )
    assert ChunkJoin().match(before, after) == {0: 1, 1: 0}


def test_classes_stay_apart():
    """A box of another class is another object."""
    assert ChunkJoin().match(tracks((1, 1, 0, 0)), tracks((1, 1, 0, 1))) == {}
    assert ChunkJoin().match(tracks((1, 1, 0, 2)), tracks((1, 5, 0, 2))) == {5: 1}


def test_limit():
    """`cost_thr` is the largest mean of one minus the overlap."""
    before, after = tracks((1, 1, 0)), tracks((1, 1, 4))  # (7 x 21) / (15 x 21)
    assert ChunkJoin(cost_thr=0.54).match(before, after) == {1: 1}
    assert ChunkJoin(cost_thr=0.53).match(before, after) == {}
    with pytest.raises(ConfigError, match='cost_thr=2'):
        ChunkJoin(cost_thr=2)
