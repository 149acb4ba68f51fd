import re
import sys
import threading
from fractions import Fraction
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

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


def write_at(path, frames, times, rate=25, **settings):
    """Write frames at times in milliseconds."""
    with av.open(str(path), 'w') as container:
        stream = container.add_stream('libx264', rate=rate)
        stream.width, stream.height, stream.pix_fmt = 64, 48, 'yuv420p'
        stream.codec_context.time_base = Fraction(1, 1000)
        for name, value in settings.items():
            setattr(stream, name, value)
        for image, time in zip(frames, times, strict=True):
            frame = av.VideoFrame.from_ndarray(image, format='bgr24')
            frame.pts, frame.time_base = time, Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


@pytest.mark.parametrize('name', ['a.mkv', 'a.mp4'])
def test_variable_frame_rate(tmp_path, frames, name):
    """Frames that do not come at the frame rate have their own times."""
    times = [0, 40, 80, 120, 600, 640, 1500, 1505, 3000, 3040, 5000, 9000]
    write_at(tmp_path / name, frames, times)
    seconds = [f.time for f in VideoReader(tmp_path / name).frames()]
    rate = VideoReader(tmp_path / name).frame_rate
    places = [float(k / rate if s is None else s) for k, s in enumerate(seconds)]
    np.testing.assert_allclose(places, np.array(times) / 1000, atol=2e-3)
    assert sum(each is not None for each in seconds) >= 8


@pytest.mark.parametrize('rate', [25, Fraction(30000, 1001), Fraction(24000, 1001), 60])
@pytest.mark.parametrize('start', [0, 5000])
def test_regular_frames_have_no_times(tmp_path, frames, rate, start):
    """Milliseconds of Matroska, and a late start, are no variable rate."""
    times = [round(start + 1000 * k / rate) for k in range(40)]
    write_at(tmp_path / 'a.mkv', (frames * 4)[:40], times, rate)
    assert {f.time for f in VideoReader(tmp_path / 'a.mkv').frames()} == {None}


def test_time_stamps_that_stand_still(tmp_path, frames):
    """They are told, and each frame comes one frame interval after the one before."""
    write_at(tmp_path / 'a.mkv', frames, [0, 40, 80, *[120] * 9])
    reader = VideoReader(tmp_path / 'a.mkv')
    rate = reader.frame_rate
    with pytest.warns(UserWarning, match=r'a\.mkv: the time stamps of 8 frames stand'):
        times = [frame.time for frame in reader.frames()]
    assert len(times) == 12
    seconds = [float(k / rate if t is None else t) for k, t in enumerate(times)]
    np.testing.assert_allclose(np.diff(seconds[3:]), float(1 / rate), atol=2e-3)


def test_shape_of_the_pixels_and_sound(tmp_path, frames):
    """What the result needs to know of the video."""
    write_at(tmp_path / 'a.mp4', frames, range(0, 480, 40), sample_aspect_ratio=2)
    reader = VideoReader(tmp_path / 'a.mp4')
    assert (reader.pixel_aspect, reader.has_sound) == (2, False)


@pytest.mark.parametrize('skip', [False, True])
def test_damage_in_the_middle(tmp_path, skip):
    """It ends the video, or the frames that can be read go on, and the rest is told."""
    path = tmp_path / 'a.avi'
    noise = np.random.default_rng(0).integers(0, 256, (30, 48, 64, 3), np.uint8)
    encode(path, list(noise), 'mjpeg', 'yuvj420p')
    data = bytearray(path.read_bytes())
    starts = [m.start() for m in re.finditer(b'00dc', data)][1:31]  # behind an index
    for start in starts[10:12]:  # header of the JPEG
        data[start + 8 : start + 600] = bytes(592)
    path.write_bytes(data)
    if not skip:
        with pytest.raises(VideoError, match=r'a\.avi cannot be read beyond frame 10'):
            list(VideoReader(path))
        return
    with pytest.warns(UserWarning, match=r'a\.avi: 2 frames left out'):
        read = list(VideoReader(path, skip_damaged=True).frames())
    assert len(read) == 28
    assert [frame.skipped for frame in read].index(2) == 10
    assert {frame.time for frame in read} == {None}


@pytest.mark.parametrize('live', [True, False])
def test_a_live_stream_is_not_held_back(tmp_path, monkeypatch, live):
    """Of a stream the decoder keeps no frame that has arrived; files use all cores."""
    monkeypatch.setattr('fairmot_mm.video.video_reader.codec_threads', lambda: 4)
    monkeypatch.setattr('fairmot_mm.video.video_reader.is_url', lambda _: live)
    path = tmp_path / 'a.h264'  # without a length, as a stream
    noise = np.random.default_rng(0).integers(0, 256, (12, 48, 64, 3), np.uint8)
    with av.open(str(path), 'w', format='h264') as container:
        options = {'tune': 'zerolatency', 'threads': '1'}
        stream = container.add_stream('libx264', rate=25, options=options)
        stream.height, stream.width, stream.pix_fmt = 48, 64, 'yuv420p'
        for image in noise:
            frame = av.VideoFrame.from_ndarray(image, format='bgr24')
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    reader = VideoReader(path)
    taken = []

    class Counted:
        """The container, which notes the packets that are taken."""

        __enter__ = __exit__ = lambda *_: None

        def demux(self, stream, container=reader._container):
            return (
                taken.append(packet) or packet for packet in container.demux(stream)
            )

    reader._container = Counted()
    frames = reader.frames()
    next(frames)
    assert len(taken) <= 2 if live else len(taken) > 2
    assert len(list(frames)) == 11


def test_a_server_that_gives_no_parts(tmp_path):
    """An mp4 with its index at its end is to be downloaded; others can be read."""
    noise = np.random.default_rng(0).integers(0, 256, (60, 48, 64, 3), np.uint8)
    for name in ('a.mp4', 'a.mkv'):
        encode(tmp_path / name, noise)

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    serve = partial(Handler, directory=tmp_path)
    with ThreadingHTTPServer(('127.0.0.1', 0), serve) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f'http://127.0.0.1:{server.server_port}'
        assert len([*VideoReader(f'{address}/a.mkv')]) == 60
        with pytest.raises(
            VideoError, match=r'range requests.*download the file first'
        ):
            [*VideoReader(f'{address}/a.mp4')]
        server.shutdown()
