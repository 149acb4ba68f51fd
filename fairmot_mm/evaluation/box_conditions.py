"""Conditions that make a box easy or hard to find: size, visibility, crowd."""

from dataclasses import dataclass

import numpy as np

from fairmot_mm.evaluation.box_outcomes import NOBODY, BoxOutcomes
from fairmot_mm.utils import MOTRows

# Points of a box, as shares of its width and height, that other boxes may hide.
_COLUMNS, _ROWS = 8, 16
_POINTS = np.stack(
    np.meshgrid(
        (np.arange(_COLUMNS) + 0.5) / _COLUMNS, (np.arange(_ROWS) + 0.5) / _ROWS
    ),
    axis=-1,
).reshape(-1, 2)


@dataclass(frozen=True)
class Condition:
    """A number of each box, and the bins that it is sorted into.

    Attributes:
        name: Name for a title.
        unit: What the bins are of, for an axis.
        limits: Least value of each bin but the first, ascending.
        labels: Text of each bin.
    """

    name: str
    unit: str
    limits: tuple[float, ...]
    labels: tuple[str, ...]


SIZE = Condition(
    'box height',
    'height of the box in pixels',
    (32, 64, 128, 256),
    ('< 32', '32-63', '64-127', '128-255', '≥ 256'),
)
VISIBILITY = Condition(
    'visibility',
    'visible share of the box in %',
    (0.25, 0.5, 0.75, 0.9),
    ('< 25', '25-49', '50-74', '75-89', '≥ 90'),
)
DENSITY = Condition(
    'crowd density',
    "other people within a body's height",
    (1, 3, 6),
    ('0', '1-2', '3-5', '≥ 6'),
)
CONDITIONS = (SIZE, VISIBILITY, DENSITY)


@dataclass(frozen=True)
class BinCounts:
    """Boxes by bin of a condition, B bins.

    Attributes:
        total: (B,) int64 number of boxes.
        hits: (B,) int64 number of those that are matched.
    """

    total: np.ndarray
    hits: np.ndarray

    def __add__(self, other: 'BinCounts') -> 'BinCounts':
        return BinCounts(self.total + other.total, self.hits + other.hits)

    @property
    def share(self) -> np.ndarray:
        """(B,) matched share, NaN in a bin without boxes."""
        none = np.full(len(self.total), np.nan)
        return np.divide(self.hits, self.total, out=none, where=self.total > 0)


def count_by_condition(
    outcomes: BoxOutcomes,
) -> dict[str, tuple[BinCounts, BinCounts]]:
    """Count matched boxes by size, visibility and crowd density.

    The visibility of a person is that of the ground truth, if the file has it. It is
    estimated for results and for other files, see `estimate_visibility`.

    Args:
        outcomes: The boxes of a sequence.

    Returns:
        By the name of a condition, the counts of people (for recall) and of results
        (for precision).
    """
    gt, results = outcomes.gt, outcomes.results
    sides = []
    for rows, matched in (
        (gt, outcomes.tracks != NOBODY),
        (results, outcomes.people != NOBODY),
    ):
        has_visibility = rows is gt and has_visibilities(gt)
        values = {
            SIZE.name: rows.tlwh[:, 3],
            VISIBILITY.name: (
                rows.visibility if has_visibility else estimate_visibility(rows)
            ),
            DENSITY.name: count_neighbours(rows),
        }
        sides.append(
            {each.name: _count(each, values[each.name], matched) for each in CONDITIONS}
        )
    return {
        each.name: (sides[0][each.name], sides[1][each.name]) for each in CONDITIONS
    }


def has_visibilities(gt: MOTRows) -> bool:
    """Say whether a ground truth file tells how visible people are.

    Args:
        gt: Rows of the file.
    """
    return bool((gt.visibility != 1).any())


def estimate_visibility(rows: MOTRows) -> np.ndarray:
    """Estimate the share of each box that no box in front of it hides.

    A box is in front of another one of its frame if its lower edge is lower. What
    scenery hides is not known.

    Args:
        rows: N boxes; tlwh in pixels.

    Returns:
        (N,) float64 in [0, 1], to 1 / 128.
    """
    visible = np.ones(len(rows))
    for places in _by_frame(rows):
        visible[places] = 1 - _hidden_share(rows.tlwh[places])
    return visible


def count_neighbours(rows: MOTRows) -> np.ndarray:
    """Count the other boxes of the frame whose centres are near.

    Args:
        rows: N boxes; tlwh in pixels.

    Returns:
        (N,) int64 number of centres at most the height of the box away from its own.
    """
    counts = np.zeros(len(rows), np.int64)
    for places in _by_frame(rows):
        tlwh = rows.tlwh[places]
        centre = tlwh[:, :2] + tlwh[:, 2:] / 2
        distance = np.linalg.norm(centre[:, None] - centre[None], axis=-1)
        counts[places] = (distance <= tlwh[:, 3, None]).sum(axis=1) - 1
    return counts


def _hidden_share(tlwh: np.ndarray) -> np.ndarray:
    """(N,) share of the points of each box (N, 4) of a frame that others hide."""
    start, end = tlwh[:, :2], tlwh[:, :2] + tlwh[:, 2:]
    apart = (start[:, None] >= end[None]) | (end[:, None] <= start[None])
    in_front = end[None, :, 1] > end[:, None, 1]
    behind, front = np.nonzero(in_front & ~apart.any(axis=-1))
    points = start[behind, None] + _POINTS * tlwh[behind, None, 2:]
    inside = (points >= start[front, None]) & (points < end[front, None])
    hidden = np.zeros((len(tlwh), len(_POINTS)), bool)
    if len(behind):
        first = np.flatnonzero(np.diff(behind, prepend=-1))
        hidden[behind[first]] = np.logical_or.reduceat(inside.all(axis=-1), first)
    return hidden.mean(axis=1)


def _count(condition: Condition, values: np.ndarray, matched: np.ndarray) -> BinCounts:
    """Sort values (N,) into bins."""
    bins = np.digitize(values, condition.limits)
    size = len(condition.labels)
    return BinCounts(
        np.bincount(bins, minlength=size), np.bincount(bins[matched], minlength=size)
    )


def _by_frame(rows: MOTRows) -> list[np.ndarray]:
    """Places of the rows of each frame."""
    order = np.argsort(rows.frames, kind='stable')
    starts = np.flatnonzero(np.diff(rows.frames[order])) + 1
    return np.split(order, starts) if len(order) else []
