"""Reading a live source without falling behind it."""

import threading
from collections import deque
from collections.abc import Iterator
from contextvars import copy_context
from typing import NamedTuple

from fairmot_mm.video.frame import Frame


class NumberedFrame(NamedTuple):
    """A frame and its place in the source.

    Attributes:
        frame_id: Number of the frame in the source, from 0.
        frame: The frame.
        skipped: Number of frames that were left out just before it.
    """

    frame_id: int
    frame: Frame
    skipped: int = 0


class NewestFrames:
    """Reads a live source in a thread, as fast as the source delivers.

    A consumer that is slower than the source gets the newest frame; older frames are
    dropped. An error of the source reaches the consumer after the frames before it.

    Args:
        frames: Frames of the source. The iterator runs in the thread only, in a copy of
            the caller's context.
        depth: Number of frames that may wait for the consumer.
        timeout: Seconds for which a consumer waits for a frame; None: without a limit.

    Attributes:
        dropped: Number of frames left out so far.
    """

    def __init__(
        self, frames: Iterator[Frame], depth: int = 1, timeout: float | None = None
    ) -> None:
        self.dropped = 0
        self._timeout = timeout
        self._waiting: deque[NumberedFrame] = deque(maxlen=depth)
        self._end: BaseException | None = None
        self._changed = threading.Condition()
        self._first: int | None = None  # numbers of frames as the source delivers them
        self._last = 0
        # A daemon: a source that hangs must not keep the program from ending.
        threading.Thread(
            target=copy_context().run, args=(self._read, frames), daemon=True
        ).start()

    def _read(self, frames: Iterator[Frame]) -> None:
        try:
            number = -1
            for frame in frames:
                number += 1 + frame.skipped
                with self._changed:
                    if self._end is not None:  # `close` was called
                        return
                    self._waiting.append(NumberedFrame(number, frame))
                    self._changed.notify()
            end: BaseException = StopIteration()
        except BaseException as error:  # of any kind: the consumer raises it
            end = error
        with self._changed:
            self._end = self._end or end
            self._changed.notify()

    def __iter__(self) -> Iterator[NumberedFrame]:
        return self

    def __next__(self) -> NumberedFrame:
        """Wait for the oldest frame that was not dropped.

        Returns:
            The frame; ``frame_id`` counts from the first frame that was taken.

        Raises:
            TimeoutError: No frame came within ``timeout``.
            BaseException: What reading the source raised.
        """
        with self._changed:
            if not self._changed.wait_for(
                lambda: self._waiting or self._end is not None, self._timeout
            ):
                raise TimeoutError
            if not self._waiting:
                assert self._end is not None
                raise self._end
            item = self._waiting.popleft()
        if self._first is None:
            self._first, self._last = item.frame_id, item.frame_id - 1
        skipped = item.frame_id - self._last - 1
        self._last = item.frame_id
        self.dropped += skipped
        return item._replace(frame_id=item.frame_id - self._first, skipped=skipped)

    def close(self) -> None:
        """Take no more frames, and end a wait for the next one.

        Returns at once: the thread ends with the next frame of the source.
        """
        with self._changed:
            self._end = self._end or StopIteration()
            self._waiting.clear()
            self._changed.notify()
