"""Frames of a camera that is connected to this machine."""

import itertools
from collections.abc import Iterator

import cv2

from fairmot_mm.utils import VideoError
from fairmot_mm.video.frame import Frame


def open_camera(number: int) -> tuple[float, Iterator[Frame]]:
    """Open a camera.

    Args:
        number: Number of the camera, from 0.

    Returns:
        Frames a second as the camera says, or 0; and the frames, without end.

    Raises:
        VideoError: The camera cannot be opened; while frames are taken, it stops.
    """
    camera = cv2.VideoCapture(number)
    if not camera.isOpened():
        raise VideoError(
            f'camera {number} cannot be opened; check that it is connected and that no '
            'other program uses it'
        )
    return camera.get(cv2.CAP_PROP_FPS), _read(camera, f'camera{number}')


def _read(camera: cv2.VideoCapture, name: str) -> Iterator[Frame]:
    try:
        for number in itertools.count():
            arrived, image = camera.read()
            if not arrived:
                raise VideoError(f'{name} stopped delivering after frame {number}')
            yield Frame(image, name)
    finally:
        camera.release()
