"""Linking tracks that are pieces of one track."""

from dataclasses import dataclass, replace

import numpy as np
import scipy  # it imports its parts when they are used

from fairmot_mm.postprocessing.linear_interpolation import by_track
from fairmot_mm.registry import TASK_UTILS
from fairmot_mm.utils import MOTRows
from fairmot_mm.utils.boxes import tlwh_to_cxcywh
from fairmot_mm.utils.contracts import require_range
from fairmot_mm.utils.pairs import pairs_in_reach


@dataclass(frozen=True)
class _Ends:
    """First or last moment of each of T tracks.

    Attributes:
        frames: (T,) int64.
        classes: (T,) int64.
        centres: (T, 2) in pixels, on a straight line through the boxes near the end.
        velocities: (T, 2) in pixels a frame.
        sizes: (T,) mean of the logarithms of the heights in pixels.
    """

    frames: np.ndarray
    classes: np.ndarray
    centres: np.ndarray
    velocities: np.ndarray
    sizes: np.ndarray


@TASK_UTILS.register_module()
class TrackletLinking:
    """Gives one identity to tracks that follow each other and look like one person.

    Every track may get one successor of its class, which begins after it has ended. The
    successors are chosen together, at the least total cost of an assignment, so chains
    of tracks may come about, and an identity is never twice in a frame. The idea is
    that of AFLink in StrongSORT (Du et al., 2023), which uses the motion, and of the
    connector of GTA (Sun et al., 2024), which uses the embeddings. In contrast to
    AFLink, no network is needed, and in contrast to GTA, only the tracks within
    ``max_gap`` are compared: memory grows with the number of these pairs and not with
    the square of the number of tracks.

    The cost of a pair is the mean of two numbers, each a share of its limit and at most
    1. The motion is the distance between where a track is and where the other one leads
    to on a straight line, forwards and backwards in time, in heights of the person. The
    appearance is the cosine distance between the mean embeddings of both tracks.

    Args:
        max_gap: Longest time between two tracks in seconds.
        max_distance: Limit of the motion in heights of the person.
        max_scale: Largest ratio of the heights at both ends of the gap, above 1.
        max_embed_distance: Limit of the cosine distance, in (0, 2].
        window: Seconds at the end of a track that its motion is measured in.
    """

    def __init__(
        self,
        max_gap: float = 3.0,
        max_distance: float = 0.5,
        max_scale: float = 1.3,
        max_embed_distance: float = 0.6,
        window: float = 0.5,
    ) -> None:
        require_range(above=0, max_gap=max_gap, max_distance=max_distance)
        require_range(above=0, window=window)
        require_range(above=1, max_scale=max_scale)
        require_range(above=0, high=2, max_embed_distance=max_embed_distance)
        self.max_gap = max_gap
        self.max_distance = max_distance
        self.max_scale = max_scale
        self.max_embed_distance = max_embed_distance
        self.window = window

    def relabel(
        self, rows: MOTRows, frame_rate: float, embeds: np.ndarray | None = None
    ) -> MOTRows:
        """Link the tracks of a video; see `TrackRelabeling.relabel`.

        A track without any embedding is linked by its motion alone.
        """
        require_range(above=0, frame_rate=frame_rate)
        order = by_track(rows)
        ordered = rows[order]
        identities, track = np.unique(ordered.ids, return_inverse=True)
        begins = np.searchsorted(track, np.arange(len(identities)))
        ends = np.searchsorted(track, np.arange(len(identities)), side='right') - 1
        window = self.window * frame_rate
        first = _measure_ends(ordered, track, begins, window)
        last = _measure_ends(ordered, track, ends, window)
        before, after = _following(last, first, self.max_gap * frame_rate)
        motion = self._motion_cost(last, first, before, after)
        near = motion <= 1
        before, after, cost = before[near], after[near], motion[near]
        if embeds is not None:
            means = _mean_embeds(embeds[order], track, len(identities))
            appearance = _cosine_distance(means, before, after)
            appearance /= self.max_embed_distance
            alike = ~(appearance > 1)  # NaN: one of them has no embedding
            before, after = before[alike], after[alike]
            cost, appearance = cost[alike], appearance[alike]
            cost = np.where(np.isnan(appearance), cost, (cost + appearance) / 2)
        links = _cheapest_links(before, after, cost, len(identities))
        roots = _first_of_chain(*links, first.frames)
        ids = np.empty_like(rows.ids)
        ids[order] = identities[roots][track]
        return replace(rows, ids=ids)

    def _motion_cost(
        self, last: _Ends, first: _Ends, before: np.ndarray, after: np.ndarray
    ) -> np.ndarray:
        """(P,) motion of pairs as a share of its limit; infinite where sizes differ."""
        gap = first.frames[after] - last.frames[before]
        step = first.centres[after] - last.centres[before]
        forwards = step - last.velocities[before] * gap[:, None]
        backwards = step - first.velocities[after] * gap[:, None]
        error = np.hypot(*forwards.T) + np.hypot(*backwards.T)
        sizes = last.sizes[before], first.sizes[after]
        height = np.exp((sizes[0] + sizes[1]) / 2)
        cost = error / (2 * height * self.max_distance)
        scale = np.abs(sizes[0] - sizes[1])
        return np.where(scale <= np.log(self.max_scale), cost, np.inf)


def _measure_ends(
    rows: MOTRows, track: np.ndarray, ends: np.ndarray, window: float
) -> _Ends:
    """Fit a line through the boxes of each track that are near one of its ends.

    Args:
        rows: N rows by track and frame.
        track: (N,) number of the track of each row.
        ends: (T,) row of the end of each track.
        window: Number of frames that are near.
    """
    num_tracks = len(ends)
    time = (rows.frames - rows.frames[ends][track]).astype(float)
    near = np.abs(time) <= window
    time, track = time[near], track[near]
    boxes = tlwh_to_cxcywh(rows.tlwh[near])
    count = np.bincount(track, minlength=num_tracks)

    def mean(values: np.ndarray) -> np.ndarray:
        return np.bincount(track, values, num_tracks) / count

    mean_time = mean(time)
    spread = mean(time**2) - mean_time**2
    centre = np.column_stack([mean(boxes[:, 0]), mean(boxes[:, 1])])
    slope = np.column_stack([mean(time * boxes[:, k]) for k in (0, 1)])
    slope -= mean_time[:, None] * centre
    # A single box does not move.
    velocities = slope / np.where(spread > 0, spread, np.inf)[:, None]
    return _Ends(
        rows.frames[ends],
        rows.classes[ends],
        centre - velocities * mean_time[:, None],
        velocities,
        mean(np.log(np.maximum(boxes[:, 3], 1e-6))),
    )


def _following(
    last: _Ends, first: _Ends, max_gap: float
) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of tracks of one class of which the second begins within the gap."""
    reach = max(max_gap - 1, 0) / 2
    before, after = pairs_in_reach(last.frames + 1 + reach, reach, first.frames)
    gap = first.frames[after] - last.frames[before]
    fits = (gap > 0) & (gap <= max_gap) & (last.classes[before] == first.classes[after])
    return before[fits], after[fits]


def _mean_embeds(embeds: np.ndarray, track: np.ndarray, num_tracks: int) -> np.ndarray:
    """(T, C) mean embedding of each track, of unit length; NaN if it has none."""
    known = ~np.isnan(embeds).any(axis=1)
    place = np.arange(known.sum())
    shape = (num_tracks, len(place))
    member = scipy.sparse.coo_array(
        (np.ones(len(place)), (track[known], place)), shape=shape
    )
    total = member.tocsr() @ embeds[known].astype(float)
    length = np.linalg.norm(total, axis=1, keepdims=True)
    return total / np.where(length > 0, length, np.nan)


def _cosine_distance(
    means: np.ndarray, before: np.ndarray, after: np.ndarray
) -> np.ndarray:
    """(P,) 1 - cosine of the embeddings of pairs."""
    return 1 - np.einsum('pc,pc->p', means[before], means[after])


def _cheapest_links(
    before: np.ndarray, after: np.ndarray, cost: np.ndarray, num_tracks: int
) -> tuple[np.ndarray, np.ndarray]:
    """Choose pairs at the least total cost; a track without a successor costs 1.

    Every track has a column of its own for being left alone, so the matrix stays sparse
    and every row gets a column. A track is in one chosen pair as the first, and in one
    as the second.
    """
    if not len(before):
        return before, after
    alone = np.arange(num_tracks)
    # A cost of 0 would not be an entry of a sparse matrix.
    costs = 1 + np.concatenate([cost, np.ones(num_tracks)])
    rows = np.concatenate([before, alone])
    columns = np.concatenate([after, num_tracks + alone])
    matrix = scipy.sparse.coo_array(
        (costs, (rows, columns)), shape=(num_tracks, 2 * num_tracks)
    )
    rows, columns = scipy.sparse.csgraph.min_weight_full_bipartite_matching(
        matrix.tocsr()
    )
    linked = columns < num_tracks
    return rows[linked], columns[linked]


def _first_of_chain(
    before: np.ndarray, after: np.ndarray, begin: np.ndarray
) -> np.ndarray:
    """(T,) track that begins first in the chain of each track."""
    num_tracks = len(begin)
    links = scipy.sparse.coo_array(
        (np.ones(len(before)), (before, after)), shape=(num_tracks, num_tracks)
    )
    _, chain = scipy.sparse.csgraph.connected_components(links, directed=False)
    order = np.lexsort((begin, chain))
    _, places = np.unique(chain[order], return_index=True)
    return order[places][chain]
