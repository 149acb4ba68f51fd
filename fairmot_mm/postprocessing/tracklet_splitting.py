"""Splitting tracks that go over from one person to another."""

from dataclasses import replace

import numpy as np

from fairmot_mm.postprocessing.linear_interpolation import by_track
from fairmot_mm.registry import TASK_UTILS
from fairmot_mm.utils import ConfigError, MOTRows
from fairmot_mm.utils.contracts import require_range


@TASK_UTILS.register_module()
class TrackletSplitting:
    """Splits a track where its embeddings change for good.

    A track is split at a place where two cosine distances are both above the limit: one
    between the mean embeddings of all boxes before and after the place, which a short
    occlusion hardly changes, and one between those of the ``min_length`` just before
    and after it, which a slow change of view hardly changes. The pieces are split
    again until no such place is left. The first piece keeps the identity.

    The purpose is that of the splitter of GTA (Sun et al., 2024). It clusters the
    embeddings of a track without regard to their order; here the order decides, so a
    piece has no holes and the time grows linearly with the length of a track.

    Args:
        min_distance: Limit of both distances, in (0, 2].
        min_length: Shortest piece in seconds.
    """

    def __init__(self, min_distance: float = 0.7, min_length: float = 2.0) -> None:
        require_range(above=0, high=2, min_distance=min_distance)
        require_range(above=0, min_length=min_length)
        self.min_distance = min_distance
        self.min_length = min_length

    def relabel(
        self, rows: MOTRows, frame_rate: float, embeds: np.ndarray | None = None
    ) -> MOTRows:
        """Split the tracks of a video; see `TrackRelabeling.relabel`.

        Raises:
            ConfigError: There are no embeddings.
        """
        require_range(above=0, frame_rate=frame_rate)
        if embeds is None:
            raise ConfigError('TrackletSplitting needs embeddings, and there are none')
        order = by_track(rows)
        known = np.flatnonzero(~np.isnan(embeds[order]).any(axis=1))
        num_rows = max(int(np.ceil(self.min_length * frame_rate)), 1)
        old = rows.ids[order]
        begins = np.flatnonzero(np.diff(old[known], prepend=-1))
        sums = np.zeros((len(known) + 1, embeds.shape[1]))
        np.cumsum(embeds[order[known]], axis=0, out=sums[1:])
        cuts = np.zeros(0, np.int64)
        while len(new := _find_changes(sums, begins, num_rows, self.min_distance)):
            cuts, begins = np.append(cuts, new), np.union1d(begins, new)
        ids = np.empty_like(rows.ids)
        ids[order] = _number_pieces(old, known[np.sort(cuts)])
        return replace(rows, ids=ids)


def _find_changes(
    sums: np.ndarray, begins: np.ndarray, num_rows: int, min_distance: float
) -> np.ndarray:
    """The best place of each piece to split it at, if there is one.

    Args:
        sums: (N + 1, C) sums of the embeddings before each row.
        begins: (P,) first row of each piece.
        num_rows: Fewest rows of a new piece.
        min_distance: Limit of the distances.

    Returns:
        (S,) first rows of new pieces, ascending; at most one in each piece.
    """
    ends = np.append(begins[1:], len(sums) - 1)
    piece = np.repeat(np.arange(len(begins)), ends - begins)
    places = np.arange(len(piece))
    begin, end = begins[piece], ends[piece]
    inside = (places - begin >= num_rows) & (end - places >= num_rows)
    places, piece, begin, end = (x[inside] for x in (places, piece, begin, end))
    whole = _distance(sums, begin, places, end)
    nearby = _distance(sums, places - num_rows, places, places + num_rows)
    distance = np.minimum(whole, nearby)
    best = np.lexsort((-distance, piece))
    best = best[np.flatnonzero(np.diff(piece[best], prepend=-1))]
    return places[best[distance[best] > min_distance]]


def _distance(
    sums: np.ndarray, begin: np.ndarray, place: np.ndarray, end: np.ndarray
) -> np.ndarray:
    """(K,) 1 - cosine of the mean embeddings of rows before and after each place."""
    before, after = sums[place] - sums[begin], sums[end] - sums[place]
    product = np.einsum('kc,kc->k', before, after)
    length = np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1)
    return 1 - product / np.maximum(length, 1e-12)


def _number_pieces(ids: np.ndarray, cuts: np.ndarray) -> np.ndarray:
    """Give new identities to the pieces that begin at the cuts.

    Args:
        ids: (N,) identities of rows by track.
        cuts: (S,) first row of each new piece, ascending.

    Returns:
        (N,) identities.
    """
    tracks = np.flatnonzero(np.diff(ids, prepend=-1))
    begins = np.append(tracks, cuts)
    fresh = ids.max(initial=0) + 1 + np.arange(len(cuts))
    order = np.argsort(begins)
    lengths = np.diff(begins[order], append=len(ids))
    return np.repeat(np.append(ids[tracks], fresh)[order], lengths)
