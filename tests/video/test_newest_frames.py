import itertools
import threading
import time

import numpy as np
import pytest

from fairmot_mm.utils import StepClock, VideoError, step
from fairmot_mm.video.frame import Frame
from fairmot_mm.video.newest_frames import NewestFrames

IMAGE = np.zeros((2, 2, 3), np.uint8)


class Camera:
    """Delivers frames when it is told to; its paths are their numbers."""

    def __init__(self):
        self._may_deliver = threading.Semaphore(0)
        self._read = threading.Semaphore(0)
        self.error = None

    def deliver(self, count):
        """Let the reader take frames, and wait until it comes back for more."""
        for _ in range(count):
            self._may_deliver.release()
            assert self._read.acquire(timeout=10)

    def end(self, error=None):
        self.error = error or StopIteration()
        self._may_deliver.release()

    def __iter__(self):
        for number in itertools.count():
            if number:
                self._read.release()
            assert self._may_deliver.acquire(timeout=10)
            if isinstance(self.error, StopIteration):
                return
            if self.error is not None:
                raise self.error
            yield Frame(IMAGE, str(number))


def taken(item):
    return item.frame_id, item.frame.path, item.skipped


def test_the_newest_frame_is_taken():
    """Frames that nobody took in time are left out and counted."""
    camera = Camera()
    newest = NewestFrames(iter(camera))
    camera.deliver(3)
    assert taken(next(newest)) == (0, '2', 0)  # numbers start with the first one taken
    camera.deliver(1)
    assert taken(next(newest)) == (1, '3', 0)
    camera.deliver(4)
    assert taken(next(newest)) == (5, '7', 3)
    assert newest.dropped == 3
    newest.close()
    camera.end()


def test_some_may_wait():
    """With room for two frames, the last two are there."""
    camera = Camera()
    newest = NewestFrames(iter(camera), depth=2)
    camera.deliver(5)
    assert [taken(next(newest)) for _ in range(2)] == [(0, '3', 0), (1, '4', 0)]
    newest.close()
    camera.end()


@pytest.mark.parametrize('error', [VideoError('unplugged'), None])
def test_the_last_frame_comes_before_the_end(error):
    """The end of the source, or its error, follows the frame that was waiting."""
    camera = Camera()
    newest = NewestFrames(iter(camera))
    camera.deliver(2)
    camera.end(error)
    assert taken(next(newest)) == (0, '1', 0)
    for _ in range(2):
        with pytest.raises(type(error) if error else StopIteration):
            next(newest)


def test_closing_ends_a_wait():
    """A consumer that waits for a frame of a camera that hangs gets the end."""
    newest = NewestFrames(iter(Camera()))
    ended = []
    waiting = threading.Thread(target=lambda: ended.extend(newest))
    waiting.start()
    start = time.perf_counter()
    newest.close()
    waiting.join(10)
    assert not waiting.is_alive()
    assert time.perf_counter() - start < 5
    assert ended == []


def test_reading_is_measured():
    """The thread runs in the context of the caller: its steps have the same clock."""

    def frames():
        for _ in range(3):
            with step('decode'):
                frame = Frame(IMAGE, '')
            yield frame

    clock = StepClock()
    with clock.active():
        newest = NewestFrames(frames())
    list(newest)
    assert clock.frames['decode'] == [1, 1, 1]
