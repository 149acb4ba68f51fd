"""Frames of a camera that is connected to this machine."""

import itertools
from collections.abc import Iterator

import cv2

from fairmot_mm.utils import VideoError
from fairmot_mm.video.frame import Frame


def camera_name(camera: int | str) -> str:
    """Name a camera in results and messages.

    Args:
        camera: Number of the camera, or its device file.

    Returns:
        As in ``camera0`` for 0 and ``video0`` for ``/dev/video0``.
    """
    return f'camera{camera}' if isinstance(camera, int) else camera.rpartition('/')[2]


def open_camera(camera: int | str) -> tuple[float, Iterator[Frame]]:
    """Open a camera.

    Args:
        camera: Number of the camera, from 0, or its device file, as in ``/dev/video0``.

    Returns:
        Frames a second as the camera says, or 0; and the frames, without end.

    Raises:
        VideoError: The camera cannot be opened; while frames are taken, it stops.
    """
    capture = cv2.VideoCapture(camera)
    if not capture.isOpened():
        shown = f'camera {camera}' if isinstance(camera, int) else camera
        raise VideoError(
            f'{shown} cannot be opened; check that it is connected and that no '
            'other program uses it'
        )
    return capture.get(cv2.CAP_PROP_FPS), _read(capture, camera_name(camera))


def _read(capture: cv2.VideoCapture, name: str) -> Iterator[Frame]:
    try:
        for number in itertools.count():
            arrived, image = capture.read()
            if not arrived:
                raise VideoError(f'{name} stopped delivering after frame {number}')
            yield Frame(image, name)
    finally:
        capture.release()
