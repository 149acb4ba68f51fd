"""A run in a window of the desktop."""

import subprocess

import cv2
import numpy as np
import pytest
import torch
from mmdet.structures import DetDataSample
from mmengine.structures import InstanceData

from fairmot_mm.utils import ConfigError
from fairmot_mm.video import window
from fairmot_mm.video.frame import Frame
from fairmot_mm.video.window import Window
from fairmot_mm.visualization import TrackVisualizer


def test_without_a_display(monkeypatch):
    """OpenCV would end the whole program; the refusal is one line with another way."""
    for name in ('DISPLAY', 'WAYLAND_DISPLAY'):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ConfigError, match=r'no window.*--serve 8080') as refused:
        Window(TrackVisualizer())
    assert '\n' not in str(refused.value)


@pytest.mark.parametrize(
    ('said', 'reason'),
    [
        ('cv2.error: The function is not implemented. Rebuild', 'without windows'),
        ('qt.qpa.xcb: could not connect to display :7', 'no display'),
        ('first\nlast words', 'last words'),
    ],
)
def test_why_there_is_no_window(monkeypatch, said, reason):
    """What OpenCV says in many lines is told in a few words."""

    def run(*args, **kwargs):
        raise subprocess.CalledProcessError(1, args[0], stderr=said)

    monkeypatch.setattr(window.subprocess, 'run', run)
    with pytest.raises(ConfigError, match=reason):
        Window(TrackVisualizer())


@pytest.mark.parametrize(
    ('key', 'visible', 'goes_on'),
    [(-1, 1.0, True), (ord('q'), 1.0, False), (27, 1.0, False), (-1, 0.0, False)],
)
def test_the_user_ends_the_run(monkeypatch, key, visible, goes_on):
    """By Q, by Escape, or by closing the window; other keys do nothing."""
    shown = []
    monkeypatch.setattr(window.subprocess, 'run', lambda *_, **__: None)
    for name, value in {
        'namedWindow': lambda *_: None,
        'resizeWindow': lambda *_: None,
        'destroyWindow': lambda *_: None,
        'imshow': lambda name, image: shown.append((name, image.shape)),
        'waitKey': lambda _: key,
        'getWindowProperty': lambda *_: visible,
    }.items():
        monkeypatch.setattr(cv2, name, value)
    sample = DetDataSample(metainfo={'frame_id': 0})
    sample.pred_track_instances = InstanceData(
        bboxes=torch.zeros(0, 4), instances_id=torch.zeros(0, dtype=torch.long)
    )
    sample.frame = Frame(np.zeros((48, 64, 3), np.uint8), 'door')
    view = Window(TrackVisualizer())
    assert view.show('door', sample) == goes_on
    assert shown == [('door', (48, 64, 3))]
    view.close()
