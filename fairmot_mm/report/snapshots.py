"""Small pictures of moments, taken from the frames of a sequence."""

import base64
from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np

from fairmot_mm.report.frame_stores import FrameStore
from fairmot_mm.visualization.drawing import draw_label, whole_pixels

_CROP = 280  # width and height in pixels
_WHOLE = 640  # width of a whole frame
_MARGIN = 1.9  # size of a crop in sizes of what it shows
_LEAST_SIDE = 32  # pixels of the frame that a crop shows at least
_QUALITIES = (72, 50, 25)  # a worse one where the file would be too large
_BYTES_A_PIXEL = 0.35


class FramePicture(Hashable, Protocol):
    """A picture that is made from a frame."""

    @property
    def frame(self) -> int:
        """Number of the frame."""

    def draw(self, image: np.ndarray) -> np.ndarray:
        """Make the picture.

        Args:
            image: (H, W, 3) uint8 BGR frame; not changed.

        Returns:
            (h, w, 3) uint8 BGR picture.
        """


@dataclass(frozen=True)
class Mark:
    """A box to draw.

    Attributes:
        tlwh: Left, top, width and height in pixels of the frame.
        text: One line of ASCII.
        color: BGR.
    """

    tlwh: tuple[float, float, float, float]
    text: str
    color: tuple[int, int, int]


@dataclass(frozen=True)
class Snapshot:
    """A part of a frame, or a whole frame, with boxes.

    Attributes:
        frame: Number of the frame.
        marks: Boxes to draw.
        region: Left, top, width and height in pixels of what the picture is about, of
            which it shows the surroundings too; None shows the whole frame.
    """

    frame: int
    marks: tuple[Mark, ...] = ()
    region: tuple[float, float, float, float] | None = None

    def draw(self, image: np.ndarray) -> np.ndarray:
        """Cut out and scale the region, and draw the boxes on it.

        Args:
            image: See `FramePicture`.

        Returns:
            (280, 280, 3) for a region; a whole frame is at most 640 pixels wide.
        """
        height, width = image.shape[:2]
        if self.region is None:
            start, scale = np.zeros(2), min(1.0, _WHOLE / width)
            size = max(1, round(width * scale)), max(1, round(height * scale))
            canvas = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        else:
            left, top, side = _square(np.array(self.region), width, height)
            start, scale = np.array([left, top]), _CROP / side
            cut = image[top : top + side, left : left + side]
            how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
            canvas = cv2.resize(cut, (_CROP, _CROP), interpolation=how)
        corners = [
            scale * (np.array(mark.tlwh)[[0, 1, 0, 1]] - np.tile(start, 2))
            + scale * np.array([0, 0, *mark.tlwh[2:]])
            for mark in self.marks
        ]
        boxes = whole_pixels(np.array(corners), canvas)
        inside = (boxes[:, :2] < canvas.shape[1::-1]) & (boxes[:, 2:] > 0)
        shown = [
            (box, mark)
            for box, mark, seen in zip(
                boxes.tolist(), self.marks, inside.all(axis=1), strict=True
            )
            if seen
        ]
        for (x1, y1, x2, y2), mark in shown:
            cv2.rectangle(canvas, (x1, y1), (x2, y2), mark.color, 2)
        for (x1, y1, _, _), mark in shown:
            if mark.text:
                draw_label(canvas, mark.text, (x1, y1), mark.color)
        return canvas


def take_pictures(
    pictures: Iterable[FramePicture], store: FrameStore
) -> dict[Hashable, str]:
    """Make pictures; each frame is read once.

    Args:
        pictures: The pictures to make.
        store: The frames.

    Returns:
        Each picture as an address with its content.

    Raises:
        DataError: A frame cannot be read.
    """
    by_frame: dict[int, list[FramePicture]] = defaultdict(list)
    for picture in dict.fromkeys(pictures):
        by_frame[picture.frame].append(picture)
    return {
        picture: encode_jpeg(picture.draw(image))
        for number, image in store.read(by_frame)
        for picture in by_frame[number]
    }


def encode_jpeg(image: np.ndarray) -> str:
    """Encode an image as an address with its content.

    Args:
        image: (H, W, 3) uint8 BGR.

    Returns:
        The address, ``data:image/jpeg;base64,...``.
    """
    for quality in _QUALITIES:
        data = cv2.imencode('.jpg', image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        if len(data) <= image.shape[0] * image.shape[1] * _BYTES_A_PIXEL:
            break
    return f'data:image/jpeg;base64,{base64.b64encode(data.tobytes()).decode()}'


def surround(*boxes: np.ndarray) -> tuple[float, float, float, float]:
    """Find the region around boxes.

    Args:
        boxes: Boxes (4,), left, top, width and height in pixels.

    Returns:
        Left, top, width and height of the smallest box around all.
    """
    tlwh = np.stack(boxes)
    start, end = tlwh[:, :2].min(axis=0), (tlwh[:, :2] + tlwh[:, 2:]).max(axis=0)
    left, top, width, height = np.concatenate([start, end - start]).tolist()
    return left, top, width, height


def _square(region: np.ndarray, width: int, height: int) -> tuple[int, int, int]:
    """Left, top and side of the square of a frame that shows a region."""
    side = int(max(_MARGIN * region[2:].max(), _LEAST_SIDE))
    side = min(side, width, height)
    centre = region[:2] + region[2:] / 2
    corner = np.clip(centre - side / 2, 0, [width - side, height - side])
    left, top = corner.astype(int).tolist()
    return left, top, side
