"""A picture of the tracks and detections that a tracker compared in a frame."""

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np

from fairmot_mm.visualization.drawing import (
    draw_label,
    identity_colors,
    line_width,
    whole_pixels,
)

_DETECTION_COLOR = (255, 255, 255)
_PAIRED_COLOR, _REFUSED_COLOR = (80, 200, 60), (60, 60, 230)


class Link(NamedTuple):
    """A track and a detection that the tracker compared.

    Attributes:
        track: Index of the track in the arrays that are drawn.
        detection: Index of the detection.
        paired: Whether the tracker joined them.
        text: Their cost, as text.
    """

    track: int
    detection: int
    paired: bool
    text: str


def draw_candidates(
    image: np.ndarray,
    tracks: tuple[np.ndarray, np.ndarray],
    detections: tuple[np.ndarray, Sequence[str]],
    links: Sequence[Link],
    header: str,
) -> np.ndarray:
    """Draw predicted boxes, detections, and a line for each compared pair.

    Tracks have the colour of their identity, detections are white. The line of a pair
    is green if the tracker joined the pair, and red if it did not.

    Args:
        image: (H, W, 3) uint8 BGR; not changed.
        tracks: Predicted boxes (T, 4) xyxy in pixels of ``image``, and identities (T,).
        detections: Boxes (D, 4) xyxy in pixels of ``image``, and D labels.
        links: Pairs that were compared.
        header: Text for the upper left corner.

    Returns:
        (H, W, 3) uint8 BGR copy with the drawing on it.
    """
    canvas = image.copy()
    width = line_width(canvas)
    predicted, found = (
        whole_pixels(boxes, canvas) for boxes, _ in (tracks, detections)
    )
    colors = identity_colors(tracks[1]).tolist()
    for boxes, shades, thickness in (
        (found, [_DETECTION_COLOR] * len(found), 2 * width),
        (predicted, colors, width),
    ):
        for (x1, y1, x2, y2), color in zip(boxes.tolist(), shades, strict=True):
            cv2.rectangle(canvas, (x1, y1), (x2, y2), color, thickness)
    one_track = len({link.track for link in links}) == 1
    for link in sorted(links, key=lambda link: link.paired):
        color = _PAIRED_COLOR if link.paired else _REFUSED_COLOR
        start, end = (
            _box_centre(predicted[link.track]),
            _box_centre(found[link.detection]),
        )
        cv2.line(canvas, start, end, color, width, cv2.LINE_AA)
        draw_label(canvas, link.text, end if one_track else start, color)
    for (x1, y1, *_), color, identity in zip(
        predicted.tolist(), colors, tracks[1], strict=True
    ):
        draw_label(canvas, f'track {identity}', (x1, y1), color)
    for (x1, _, _, y2), label in zip(found.tolist(), detections[1], strict=True):
        draw_label(canvas, label, (x1, y2), _DETECTION_COLOR, below=True)
    draw_label(canvas, header, (0, 0), (0, 0, 0), below=True)
    return canvas


def _box_centre(box: np.ndarray) -> tuple[int, int]:
    x1, y1, x2, y2 = box.tolist()
    return (x1 + x2) // 2, (y1 + y2) // 2
