import sys

import av
import cv2
import numpy as np
import pytest

from fairmot_mm.utils import VideoError
from fairmot_mm.video.video_reader import VideoReader


def encode(path, images, codec='libx264', pix_fmt='yuv420p', rotation=0):
    """Write images at 25 fps in any container and codec."""
    with av.open(str(path), 'w') as container:
        stream = container.add_stream(codec, rate=25)
        stream.height, stream.width = images[0].shape[:2]
        stream.pix_fmt = pix_fmt
        if rotation:
            stream.set_display_rotation(rotation)
        for image in images:
            frame = av.VideoFrame.from_ndarray(image, format='bgr24')
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def opencv_frames(path):
    capture = cv2.VideoCapture(str(path))
    images = []
    while (read := capture.read())[0]:
        images.append(read[1])
    return images


@pytest.mark.parametrize(
    ('name', 'codec', 'pix_fmt'),
    [
        ('a.mp4', 'libx264', 'yuv420p'),
        ('a.avi', 'mpeg4', 'yuv420p'),
        ('a.mkv', 'libx264', 'yuv444p'),
    ],
)
def test_frames_equal_those_of_opencv(tmp_path, name, codec, pix_fmt):
    """Pixels, rate and length are those of cv2.VideoCapture, container by container."""
    noise = np.random.default_rng(0).integers(0, 256, (10, 48, 64, 3), np.uint8)
    encode(tmp_path / name, list(noise), codec, pix_fmt)
    reader = VideoReader(tmp_path / name)
    assert (reader.frame_rate, reader.length) == (25, 10)
    np.testing.assert_array_equal(list(reader), opencv_frames(tmp_path / name))


@pytest.mark.parametrize('angle', [90, -90, 180])
def test_turned_video_comes_upright(tmp_path, angle):
    """The turn a phone notes in the file is applied, as OpenCV does."""
    image = np.full((48, 64, 3), 60, np.uint8)
    image[:20, :20] = 220
    encode(tmp_path / 'turned.mp4', [image], rotation=angle)
    (upright,) = VideoReader(tmp_path / 'turned.mp4')
    (expected,) = opencv_frames(tmp_path / 'turned.mp4')
    assert upright[:20, :20].mean() < 100  # the bright corner has moved
    np.testing.assert_array_equal(upright, expected)


def test_audio_only_has_no_video_stream(tmp_path):
    """A sound file opens but has nothing to track in."""
    path = tmp_path / 'sound.wav'
    with av.open(str(path), 'w') as container:
        stream = container.add_stream('pcm_s16le', rate=8000)
        samples = np.zeros((1, 800), np.int16)
        frame = av.AudioFrame.from_ndarray(samples, format='s16', layout='mono')
        frame.sample_rate = 8000
        container.mux(stream.encode(frame))
    with pytest.raises(VideoError, match=r'sound\.wav has no video stream'):
        VideoReader(path)


def test_pyav_missing(video, monkeypatch):
    """Without PyAV the error says how to get it."""
    monkeypatch.setitem(sys.modules, 'av', None)
    with pytest.raises(VideoError, match='pip install av'):
        VideoReader(video)
