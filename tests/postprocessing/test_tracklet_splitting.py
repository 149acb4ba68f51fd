import numpy as np
import pytest

from fairmot_mm.postprocessing import TrackletSplitting
from fairmot_mm.registry import TASK_UTILS
from fairmot_mm.utils import ConfigError, DataError, MOTRows

RATE = 10.0


def make(*tracks):
    """Rows and embeddings of tracks, each a list of directions in degrees."""
    lengths = [len(track) for track in tracks]
    frames = np.concatenate([np.arange(1, length + 1) for length in lengths])
    ids = np.repeat(np.arange(1, len(tracks) + 1), lengths)
    rows = MOTRows.of_pedestrians(frames, ids, np.ones((len(ids), 4)))
    angles = np.radians(np.concatenate(tracks).astype(float))
    noise = np.random.default_rng(0).normal(0, 0.05, len(angles))
    angles = angles + noise
    return rows, np.column_stack([np.cos(angles), np.sin(angles)]).astype(np.float32)


def split(rows, embeds, **options):
    options = dict(min_length=1.0) | options
    return TrackletSplitting(**options).relabel(rows, RATE, embeds).ids.tolist()


def test_a_change_for_good_splits():
    """Two people in one track: the second gets a new identity from its first box on."""
    rows, embeds = make([0] * 15 + [90] * 20, [45] * 30)
    assert split(rows, embeds) == [1] * 15 + [3] * 20 + [2] * 30


def test_order_of_the_rows_is_kept():
    """Rows in any order get the same identities, each in its place."""
    rows, embeds = make([0] * 15 + [90] * 20, [45] * 30)
    order = np.random.default_rng(0).permutation(len(rows))
    expected = np.array(split(rows, embeds))[order]
    assert split(rows[order], embeds[order]) == expected.tolist()


def test_three_people_in_a_track():
    """Pieces are split again; new identities begin after the largest one."""
    rows, embeds = make([0] * 20 + [90] * 20 + [180] * 20)
    assert split(rows, embeds) == [1] * 20 + [2] * 20 + [3] * 20


def test_a_short_disturbance_does_not_split():
    """Somebody in front for half a second is no change for good."""
    rows, embeds = make([0] * 30 + [90] * 5 + [0] * 30)
    assert {*split(rows, embeds)} == {1}


def test_a_slow_change_does_not_split():
    """A person who turns slowly stays one person."""
    rows, embeds = make(np.linspace(0, 120, 100))
    assert {*split(rows, embeds)} == {1}


def test_pieces_are_long_enough():
    """No piece is shorter than the limit, counted in boxes at the frame rate."""
    rows, embeds = make([0] * 9 + [90] * 30)
    assert {*split(rows, embeds, min_length=1.0, min_distance=0.9)} == {1}
    assert split(rows, embeds, min_length=0.9) == [1] * 9 + [2] * 30


def test_rows_without_an_embedding():
    """They belong to the piece before them, and may be the whole track."""
    rows, embeds = make([0] * 20 + [90] * 20, [0] * 5)
    embeds[[0, 18, 19, 25]] = np.nan
    embeds[40:] = np.nan
    assert split(rows, embeds) == [1] * 20 + [3] * 20 + [2] * 5
    assert len(split(rows[:0], embeds[:0])) == 0
    assert {*split(rows, np.full_like(embeds, np.nan))} == {1, 2}


def test_as_place_by_place():
    """The sums give the distances that the means of slices give, one by one."""
    rng = np.random.default_rng(0)
    rows, embeds = make(rng.uniform(0, 90, 60))
    distances = {}
    for k in range(10, 51):
        pairs = (embeds[:k], embeds[k:]), (embeds[k - 10 : k], embeds[k : k + 10])
        means = [[part.mean(0) for part in pair] for pair in pairs]
        distances[k] = min(
            1 - a @ b / np.linalg.norm(a) / np.linalg.norm(b) for a, b in means
        )
    best = max(distances, key=distances.get)
    limit = 0.999 * distances[best]
    assert split(rows, embeds, min_distance=limit) == [1] * best + [2] * (60 - best)


def test_wrong_input():
    """Missing embeddings, an identity twice, and limits without a meaning are named."""
    rows, embeds = make([0] * 5)
    with pytest.raises(ConfigError, match='TrackletSplitting needs embeddings'):
        TrackletSplitting().relabel(rows, RATE)
    twice = rows[np.array([3, 3])]
    with pytest.raises(DataError, match='identity 1 is more than once in frame 4'):
        split(twice, embeds[:2])
    for name, value in (('min_distance', 0), ('min_distance', 3), ('min_length', -1)):
        with pytest.raises(ConfigError, match=f'{name}={value}'):
            TASK_UTILS.build({'type': 'TrackletSplitting', name: value})
