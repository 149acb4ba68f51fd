"""Frames of a camera or stream, which may break and come back."""

import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace

from fairmot_mm.utils import VideoError
from fairmot_mm.video.frame import Frame
from fairmot_mm.video.live_options import LiveOptions
from fairmot_mm.video.newest_frames import NewestFrames
from fairmot_mm.video.stream_clock import StreamClock

# Frames that may wait: opening a stream reads a few, which then come at once.
_DEPTH = 4
# Seconds between two attempts to open a broken source: the first and the longest pause.
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 10.0
_GROWTH = 1.5  # from pause to pause


class LiveFrames:
    """The frames of a live source, each with its time and the moment of its arrival.

    A thread reads from the moment on at which the source is opened, so that frames that
    nobody takes do not pile up and arrive late. A source that ends, fails or delivers
    nothing for too long is broken: it is opened again if ``options`` say so. The time
    of the frames runs on meanwhile.

    Args:
        name: Name of the source, for messages.
        frames: Its frames, whose ``time`` is the time stamp of the source, or None.
        reopen: Opens the source again after a break.
        options: How long to wait for frames, and for a source that is broken.
        may_end: Whether the end of the frames is the end of the source, and no break.

    Raises:
        VideoError: While frames are taken, the source is broken and does not come back.
    """

    def __init__(
        self,
        name: str,
        frames: Iterator[Frame],
        reopen: Callable[[], Iterator[Frame]],
        options: LiveOptions,
        may_end: bool = False,
    ) -> None:
        self._name, self._reopen, self._options = name, reopen, options
        self._may_end = may_end
        self._clock = StreamClock()
        self._count = 0
        self._give_up = self._pause = 0.0  # of the present break
        self._newest = self._read(frames)

    def _read(self, frames: Iterator[Frame]) -> NewestFrames:
        return NewestFrames(_note_arrival(frames), _DEPTH, self._options.timeout)

    def __iter__(self) -> Iterator[Frame]:
        return self

    def __next__(self) -> Frame:
        """Wait for the next frame.

        Returns:
            The frame; ``skipped`` counts the frames that came before it and were not
            taken in time.

        Raises:
            StopIteration: The source has ended, and may end.
            VideoError: The source is broken.
        """
        while True:
            try:
                item = next(self._newest)
                break
            except StopIteration:
                if self._may_end:
                    raise
                self._come_back(
                    self._error('ended, or its server closed the connection,')
                )
            except TimeoutError:
                limit = f'{self._options.timeout:g} seconds'
                self._come_back(self._error(f'has delivered nothing for {limit}'))
            except VideoError as error:
                self._come_back(error)
        self._count += 1
        self._pause = 0.0
        return self._clock.set_time(replace(item.frame, skipped=item.skipped))

    def _error(self, what: str) -> VideoError:
        return VideoError(
            f'{self._name} {what} after frame {self._count}; the frames up to there '
            'are kept'
        )

    def _come_back(self, error: VideoError) -> None:
        """Open the broken source again, or raise the error."""
        self._newest.close()
        self._clock.restart()
        if not self._options.reconnect:
            raise error from None
        if not self._pause:
            self._give_up = time.monotonic() + self._options.reconnect
        while (left := self._give_up - time.monotonic()) > 0:
            self._pause = min(_GROWTH * self._pause or _FIRST_PAUSE, _LONGEST_PAUSE)
            pause = min(self._pause, left)
            warnings.warn(f'{error}; next attempt in {pause:.1f} seconds', stacklevel=3)
            time.sleep(pause)
            try:
                self._newest = self._read(self._reopen())
            except VideoError as failure:
                error = failure
            else:
                return
        raise VideoError(
            f'{error}; it did not come back within {self._options.reconnect:g} seconds'
        ) from None

    def close(self) -> None:
        """Take no more frames; the thread ends with the next one of the source."""
        self._newest.close()

    def __del__(self) -> None:
        if hasattr(self, '_newest'):
            self._newest.close()


def _note_arrival(frames: Iterator[Frame]) -> Iterator[Frame]:
    for frame in frames:
        yield replace(frame, arrived=time.monotonic())
