"""Live sources that break, freeze, end and come back."""

import itertools
import pickle
import threading
import time

import pytest

from fairmot_mm.utils import ConfigError, VideoError
from fairmot_mm.video import live_frames
from fairmot_mm.video.frame_source import open_source, open_sources
from fairmot_mm.video.live_options import LiveOptions


def test_arrival_is_the_clock_of_a_stream_without_time_stamps(mjpeg_camera):
    """FFmpeg believes in 25 frames a second; the frames come at 10."""
    source = open_source(mjpeg_camera(frame_rate=10, num_frames=12).url)
    assert source.live
    taken = []
    with pytest.raises(VideoError, match='kept'):
        taken.extend(source.frames)
    assert len(taken) + sum(frame.skipped for frame in taken) == 12
    assert float(taken[-1].time) == pytest.approx(1.0, abs=0.15)
    assert all(frame.arrived for frame in taken)


def test_a_frame_rate_that_is_given_counts(mjpeg_camera):
    """With a frame rate of the user, frames have no other time."""
    source = open_source(mjpeg_camera(num_frames=5).url, frame_rate=12.5)
    assert source.frame_rate == 12.5
    assert next(source.frames).time is None


def test_a_stream_that_is_killed_is_an_error(mjpeg_camera):
    """Its frames come first; the message has the address without the password."""
    camera = mjpeg_camera()
    source = open_source(camera.url)
    next(source.frames)
    camera.kill()
    with pytest.raises(VideoError, match=r'127\.0\.0\.1.*after|beyond') as failed:
        list(source.frames)
    assert 'geheim' not in str(failed.value)
    assert 'kept' in str(failed.value)


def test_a_stream_that_freezes_is_an_error(mjpeg_camera):
    """After the timeout, in plain words and not later."""
    camera = mjpeg_camera()
    source = open_source(camera.url, live=LiveOptions(timeout=0.5))
    next(source.frames)
    camera.frozen.set()
    start = time.perf_counter()
    with pytest.raises(VideoError, match=r'nothing.*0\.5 seconds'):
        list(source.frames)
    assert 0.4 < time.perf_counter() - start < 3


def test_a_stream_that_comes_back(mjpeg_camera, monkeypatch):
    """Frames go on, later by the break; each failed attempt has its line."""
    monkeypatch.setattr(live_frames, '_FIRST_PAUSE', 0.2)
    camera = mjpeg_camera()
    source = open_source(camera.url, live=LiveOptions(reconnect=20))
    next(source.frames)
    camera.kill()
    returns = threading.Timer(0.5, lambda: mjpeg_camera(port=camera.port))
    returns.start()
    before = next(source.frames)
    with pytest.warns(UserWarning, match='next attempt in') as warned:
        taken = list(itertools.islice(source.frames, 5))
    returns.join()
    assert len(warned) >= 2
    assert not any('geheim' in str(each.message) for each in warned)
    times = [frame.time for frame in (before, *taken)]
    arrivals = [frame.arrived for frame in (before, *taken)]
    assert arrivals[-1] - arrivals[0] > 0.4
    assert float(times[-1] - times[0]) == pytest.approx(
        arrivals[-1] - arrivals[0], abs=0.01
    )


def test_a_stream_that_stays_away(mjpeg_camera):
    """The attempts end after the time that was asked for."""
    camera = mjpeg_camera()
    source = open_source(camera.url, live=LiveOptions(reconnect=1))
    next(source.frames)
    camera.kill()
    start = time.perf_counter()
    with (
        pytest.warns(UserWarning, match='next attempt'),
        pytest.raises(VideoError, match='did not come back within 1 seconds'),
    ):
        list(source.frames)
    assert 0.9 < time.perf_counter() - start < 5


def test_nothing_but_a_live_source_is_opened_again(tmp_path, mjpeg_camera, frames):
    """An option that would do nothing is refused."""
    again = LiveOptions(reconnect=5)
    with pytest.raises(ConfigError, match='reconnect'):
        open_source(frames, live=again)
    with pytest.raises(ConfigError, match='reconnect'):
        open_sources([frames[:2], frames[2:]], live=again)
    one, _ = open_sources([mjpeg_camera().url, frames], live=again)
    assert one.live


def test_frames_that_nobody_takes_do_not_pile_up(mjpeg_camera):
    """A consumer that starts late gets new frames, and the time of their arrival."""
    source = open_source(mjpeg_camera(frame_rate=50).url)
    first = next(source.frames)
    time.sleep(1)
    waiting = [next(source.frames) for _ in range(3)]
    assert first.skipped == 0
    assert waiting[0].skipped > 20
    assert time.monotonic() - waiting[0].arrived < 0.5
    assert float(waiting[0].time) > 0.8


def test_a_live_frame_can_be_pickled(mjpeg_camera):
    """Results carry frames, and results may be sent to other processes."""
    frame = next(open_source(mjpeg_camera().url).frames)
    copy = pickle.loads(pickle.dumps(frame))
    assert (copy.image == frame.image).all()
    assert (copy.time, copy.arrived, copy.path) == (
        frame.time,
        frame.arrived,
        frame.path,
    )
