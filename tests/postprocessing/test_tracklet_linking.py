import time
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from fairmot_mm.postprocessing import TrackletLinking
from fairmot_mm.registry import TASK_UTILS
from fairmot_mm.utils import ConfigError, DataError, MOTRows

RATE = 10.0


def walk(identity, frames, x, speed=2.0, height=40.0, y=100.0):
    """Rows of a person whose left edge is at ``x + speed * frame``."""
    frames = np.asarray(frames)
    ones = np.ones(len(frames))
    tlwh = np.column_stack([x + speed * frames, y * ones, 16 * ones, height * ones])
    return MOTRows.of_pedestrians(frames, identity * ones.astype(np.int64), tlwh)


def join(*parts):
    columns = zip(*(vars(part).values() for part in parts), strict=True)
    return MOTRows(*map(np.concatenate, columns))


def look(rows, looks):
    """Embeddings by identity: unit vectors along an axis, or between two."""
    table = np.array([looks[identity] for identity in rows.ids], dtype=np.float32)
    return table / np.linalg.norm(table, axis=1, keepdims=True)


def chains(rows, **options):
    """Sets of old identities that have become one, in the order of the new one."""
    embeds = options.pop('embeds', None)
    new = TrackletLinking(**options).relabel(rows, RATE, embeds)
    np.testing.assert_array_equal(new.frames, rows.frames)
    np.testing.assert_array_equal(new.tlwh, rows.tlwh)
    keys = zip(new.frames.tolist(), new.ids.tolist(), strict=True)
    assert len(set(keys)) == len(rows)
    return {int(i): {*rows.ids[new.ids == i].tolist()} for i in np.unique(new.ids)}


def test_pieces_of_one_walk_become_one_track():
    """Three pieces on one line get the first one's identity, in any order of rows."""
    rows = join(
        walk(9, range(1, 11), 0), walk(4, range(15, 26), 0), walk(7, range(30, 41), 0)
    )
    shuffled = rows[np.random.default_rng(0).permutation(len(rows))]
    assert chains(rows) == chains(shuffled) == {9: {9, 4, 7}}


def test_what_is_no_continuation_stays():
    """Too late, too far, another size, another class, at the same time: not linked."""
    first = walk(1, range(1, 11), 0)
    later = walk(2, range(15, 26), 0)
    assert chains(join(first, later)) == {1: {1, 2}}
    assert len(chains(join(first, later), max_gap=0.4)) == 2
    assert len(chains(join(first, later), max_gap=0.5)) == 1
    assert len(chains(join(first, walk(2, range(15, 26), 200)))) == 2
    assert len(chains(join(first, walk(2, range(15, 26), 0, height=90.0)))) == 2
    assert len(chains(join(first, walk(2, range(10, 26), 0)))) == 2
    other = replace(later, classes=np.full(len(later), 3))
    assert len(chains(join(first, other))) == 2


def test_motion_is_extrapolated():
    """A fast walker is found where the speed leads to, not where the track ended."""
    first = walk(1, range(1, 11), 0, speed=12)
    ahead = walk(2, range(20, 31), 0, speed=12)
    behind = walk(3, range(20, 31), 120, speed=0)
    assert chains(join(first, ahead, behind)) == {1: {1, 2}, 3: {3}}


def test_links_are_cheapest_together():
    """The successor nearest to one track goes to another that has no other choice.

    Ends at 0 and 10, beginnings at 8 and 15 (in pixels): one by one, 10 takes 8, and
    then 0 has nothing within reach. Together, 0 takes 8 and 10 takes 15.
    """
    rows = join(
        walk(1, range(1, 11), 0, speed=0),
        walk(2, range(1, 11), 10, speed=0),
        walk(3, range(12, 22), 8, speed=0),
        walk(4, range(12, 22), 15, speed=0),
    )
    options = dict(max_distance=0.3)
    assert chains(rows, **options) == {1: {1, 3}, 2: {2, 4}}


def test_embeddings_decide():
    """Of two near beginnings, the one that looks the same is linked."""
    rows = join(
        walk(1, range(1, 11), 0),
        walk(2, range(12, 22), 0),
        walk(3, range(12, 22), 4),
    )
    looks = {1: [1, 0], 2: [0, 1], 3: [1, 0.1]}
    assert chains(rows) == {1: {1, 2}, 3: {3}}
    assert chains(rows, embeds=look(rows, looks)) == {1: {1, 3}, 2: {2}}


def test_tracks_without_embeddings_are_linked_by_motion():
    """NaN in some rows is left out of the mean; a track of NaN has motion alone."""
    rows = join(walk(1, range(1, 11), 0), walk(2, range(12, 22), 0))
    embeds = look(rows, {1: [1, 0], 2: [0, 1]})
    embeds[:9] = np.nan
    assert len(chains(rows, embeds=embeds)) == 2
    embeds[9] = np.nan
    assert len(chains(rows, embeds=embeds)) == 1


def test_no_rows_and_single_boxes():
    """Nothing to link, and tracks of one box, raise no error."""
    assert len(TrackletLinking().relabel(walk(1, [], 0), RATE)) == 0
    assert chains(join(walk(1, [5], 0), walk(2, [6], 0))) == {1: {1, 2}}


def test_random_tracks_never_meet():
    """No identity is twice in a frame, whatever the tracks are."""
    rng = np.random.default_rng(0)
    for _ in range(20):
        parts = [
            walk(i, start + np.arange(rng.integers(1, 30)), rng.uniform(0, 60), 0)
            for i, start in enumerate(rng.integers(1, 200, 60), 1)
        ]
        found = chains(join(*parts), max_gap=5.0, max_distance=3.0)
        assert len(found) < 60


def test_a_long_video_takes_linear_memory():
    """Twenty thousand tracks that follow each other: seconds, and no T x T array."""
    count = 30_000
    frames = np.arange(count)
    rows = walk(1, frames, 0, speed=0.0)
    rows = replace(rows, ids=frames + 1)[frames % 3 != 2]
    tracemalloc.start()
    begin = time.process_time()
    linked = TrackletLinking(max_gap=0.3).relabel(rows, RATE)
    spent, peak = time.process_time() - begin, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (linked.ids == 1).all()
    assert peak < 100e6
    assert spent < 30


def test_wrong_input():
    """An identity twice in a frame and limits without a meaning are named."""
    rows = walk(7, [4, 4], 0)
    with pytest.raises(DataError, match='identity 7 is more than once in frame 4'):
        TrackletLinking().relabel(rows, RATE)
    for name, value in (
        ('max_gap', 0), ('max_distance', float('nan')), ('max_scale', 1),
        ('max_embed_distance', 2.5), ('window', '1'),
    ):  # fmt: skip
        with pytest.raises(ConfigError, match=f'{name}='):
            TASK_UTILS.build({'type': 'TrackletLinking', name: value})
    with pytest.raises(ConfigError, match='frame_rate=0'):
        TrackletLinking().relabel(walk(7, [4], 0), 0)
