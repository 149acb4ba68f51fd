"""Moments of a sequence: what happened, in words and in pictures."""

from dataclasses import dataclass

import numpy as np

from fairmot_mm.evaluation import NOBODY, BoxOutcomes
from fairmot_mm.report.snapshots import Mark, Snapshot
from fairmot_mm.utils import MOTRows
from fairmot_mm.visualization.drawing import identity_colors

TRUTH_BGR, FALSE_BGR = (255, 255, 255), (57, 60, 196)


@dataclass(frozen=True)
class Moment:
    """Something that happened.

    Attributes:
        title: What happened, in a few words.
        text: What happened, in sentences.
        snapshots: Pictures of it, each with what it shows.
        details: What the tracker considered; empty where it is not known.
    """

    title: str
    text: str
    snapshots: tuple[tuple[Snapshot, str], ...]
    details: str = ''


def errors_by_frame(outcomes: BoxOutcomes) -> dict[str, np.ndarray]:
    """Count the errors of each frame.

    Args:
        outcomes: The boxes of a sequence.

    Returns:
        (F,) int64 counts by ``missed``, ``false`` and ``switches``.
    """
    lists = {
        'missed': outcomes.gt.frames[outcomes.tracks == NOBODY],
        'false': outcomes.results.frames[outcomes.people == NOBODY],
        'switches': np.array([each.frame for each in outcomes.switches], np.int64),
    }
    size = len(outcomes.frames)
    return {
        name: np.bincount(outcomes.places(frames), minlength=size)
        for name, frames in lists.items()
    }


def box_in(rows: MOTRows, frame: int, identity: int) -> np.ndarray | None:
    """Find the box of an identity in a frame.

    Args:
        rows: Boxes.
        frame: Number of the frame.
        identity: The identity.

    Returns:
        (4,) left, top, width and height in pixels; None if it has no box there.
    """
    places = np.flatnonzero((rows.frames == frame) & (rows.ids == identity))
    return rows.tlwh[places[0]] if len(places) else None


def mark_of(tlwh: np.ndarray, text: str, color: tuple[int, int, int]) -> Mark:
    """Make a box to draw.

    Args:
        tlwh: (4,) left, top, width and height in pixels.
        text: Its label.
        color: BGR.

    Returns:
        The box.
    """
    left, top, width, height = tlwh.tolist()
    return Mark((left, top, width, height), text, color)


def track_mark(rows: MOTRows, frame: int, track: int) -> list[Mark]:
    """Draw a track in the colour of its identity, if it has a box in the frame.

    Args:
        rows: The results.
        frame: Number of the frame.
        track: Its identity.

    Returns:
        The box, or nothing.
    """
    box = box_in(rows, frame, track)
    blue, green, red = identity_colors(np.array([track]))[0].tolist()
    color = blue, green, red
    return [] if box is None else [mark_of(box, f'track {track}', color)]


def spell_frames(first: int, last: int) -> str:
    """Name one frame or several.

    Args:
        first: Number of the first frame.
        last: Number of the last frame.
    """
    return f'frame {first}' if first == last else f'frames {first} to {last}'
