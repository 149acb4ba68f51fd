"""Re-ID verification: deciding whether two embeddings show the same person."""

from collections.abc import Sequence

import numpy as np

from fairmot_mm.utils import DataError

_ROWS = 512
_MAX_KEPT = 20_000_000


def true_accept_rates(
    embeds: np.ndarray, ids: np.ndarray, false_accept_rates: Sequence[float]
) -> np.ndarray:
    """True accept rate (TPR) at given false accept rates, over all pairs of objects.

    A pair is accepted if its cosine similarity exceeds a threshold. The curve of both
    rates over all thresholds is interpolated linearly, as in the published evaluation
    of embeddings; that evaluation leaves out pairs with a similarity of exactly 0, this
    one counts them. Similarities are computed in blocks, and only the largest ones of
    different people are kept: memory grows with the largest false accept rate.

    Args:
        embeds: (N, C) embeddings of unit length.
        ids: (N,) identities.
        false_accept_rates: F rates between 0 and 1.

    Returns:
        (F,) true accept rates in [0, 1].

    Raises:
        DataError: There is no pair of one person, or no pair of two people.
    """
    embeds = np.asarray(embeds, np.float64)
    counts = np.unique(ids, return_counts=True)[1]
    num_same = int((counts * (counts - 1) // 2).sum())
    num_other = len(ids) * (len(ids) - 1) // 2 - num_same
    if not num_same or not num_other:
        raise DataError(
            f'{len(ids)} objects of {len(counts)} people make {num_same} pairs of one '
            f'person and {num_other} of two: verification needs both'
        )
    # One pair more than the largest rate needs, so that it lies between two points.
    needed = min(num_other, int(max(false_accept_rates) * num_other) + 2)
    same_parts, other = [], np.zeros(0)
    for start in range(0, len(ids), _ROWS):
        rows = slice(start, start + _ROWS)
        similarity = embeds[rows] @ embeds.T
        later = np.arange(len(ids)) > np.arange(len(ids))[rows, None]
        same = ids[rows, None] == ids[None]
        same_parts.append(similarity[later & same])
        other = np.concatenate([other, similarity[later & ~same]])
        if len(other) > max(2 * needed, _MAX_KEPT):
            # Values equal to the last needed one are one point of the curve: keep all.
            other = other[other >= np.partition(other, -needed)[-needed]]
    return _interpolate(
        np.concatenate(same_parts), other, (num_same, num_other), false_accept_rates
    )


def _interpolate(
    same: np.ndarray,
    other: np.ndarray,
    totals: tuple[int, int],
    false_accept_rates: Sequence[float],
) -> np.ndarray:
    """Interpolate the curve, whose points are the distinct thresholds."""
    values = np.concatenate([same, other])
    is_same = np.arange(len(values)) < len(same)
    order = np.argsort(-values, kind='stable')
    last = np.append(np.diff(values[order]) != 0, True)
    accepted = np.append(0, np.cumsum(is_same[order])[last])
    wrong = np.append(0, np.flatnonzero(last) + 1) - accepted
    # Where one false accept rate has several true ones, np.interp takes the last.
    return np.interp(false_accept_rates, wrong / totals[1], accepted / totals[0])
