"""Keeping up with a live source."""

import threading
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from fairmot_mm.video.frame_source import Frame


class NumberedFrame(NamedTuple):
    """A frame and its place in the source.

    Attributes:
        frame_id: Number of the frame in the source, from 0.
        frame: The frame.
        skipped: Frames that were left out just before it.
    """

    frame_id: int
    frame: Frame
    skipped: int = 0


class NewestFrames:
    """Reads a live source in a thread as fast as it delivers.

    Who takes frames more slowly gets the newest; older ones are dropped. An error of
    the source comes after the frames before it.

    Args:
        frames: Frames of the source. They are drawn in the thread alone.
        depth: Number of frames that wait at most.

    Attributes:
        dropped: Number of frames left out so far.
    """

    def __init__(self, frames: Iterator[Frame], depth: int = 1) -> None:
        self.dropped = 0
        self._waiting: deque[NumberedFrame] = deque(maxlen=depth)
        self._next_id = 0
        self._end: BaseException | None = None
        self._changed = threading.Condition()
        self._first_id = 0
        self._last_id: int | None = None
        # A source that hangs must not keep the program from ending.
        threading.Thread(target=self._read, args=(frames,), daemon=True).start()

    def _read(self, frames: Iterator[Frame]) -> None:
        try:
            for number, frame in enumerate(frames):
                with self._changed:
                    if self._end is not None:  # closed
                        return
                    self._waiting.append(NumberedFrame(number, frame))
                    self._changed.notify()
            end: BaseException = StopIteration()
        except BaseException as error:  # of whatever kind: the consumer raises it
            end = error
        with self._changed:
            self._end = self._end or end
            self._changed.notify()

    def __iter__(self) -> Iterator[NumberedFrame]:
        return self

    def __next__(self) -> NumberedFrame:
        """Wait for the oldest frame that was not dropped.

        Numbers count from the first frame that is taken.

        Raises:
            BaseException: What reading the source raised.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._end is not None)
            if not self._waiting:
                assert self._end is not None
                raise self._end
            item = self._waiting.popleft()
        if self._last_id is None:
            self._first_id = self._last_id = item.frame_id
            return item._replace(frame_id=0)
        skipped = item.frame_id - self._last_id - 1
        self._last_id = item.frame_id
        self.dropped += skipped
        return item._replace(frame_id=item.frame_id - self._first_id, skipped=skipped)

    def close(self) -> None:
        """Take no more frames; who waits for one gets the end. Waits for nothing."""
        with self._changed:
            self._end = self._end or StopIteration()
            self._waiting.clear()
            self._changed.notify()
