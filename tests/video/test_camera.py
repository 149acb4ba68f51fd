"""Cameras that are connected to this machine."""

import numpy as np
import pytest

from fairmot_mm.utils import VideoError
from fairmot_mm.video import camera
from fairmot_mm.video.frame_source import open_source


class TwoFrames:
    """Stands for a camera that is pulled out after two frames."""

    def __init__(self, number):
        self.left = 2

    def isOpened(self):  # noqa: N802 - the name in OpenCV
        return True

    def get(self, key):
        return 0.0

    def read(self):
        self.left -= 1
        return self.left >= 0, np.zeros((4, 6, 3), np.uint8)

    def release(self):
        self.left = 'released'


def test_a_camera_that_goes_away(monkeypatch):
    """Its frames come first, then the error."""
    monkeypatch.setattr(camera.cv2, 'VideoCapture', TwoFrames)
    source = open_source(3)
    assert (source.name, source.frame_rate, source.live) == ('camera3', 30, True)
    assert len([next(source.frames), next(source.frames)]) == 2
    with pytest.raises(VideoError, match='camera3 stopped delivering after frame 2'):
        next(source.frames)
