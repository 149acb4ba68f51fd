"""The time stamps of the frames of a file."""

import warnings
from fractions import Fraction


class TimeStamps:
    """Counts the time of frames from the first one, so that it always goes on.

    A broken recorder writes the same time stamp again and again. A frame whose stamp
    is not above that of the frame before comes one frame interval after it.

    Args:
        interval: Seconds between two frames; None leaves all stamps as they are.
    """

    def __init__(self, interval: Fraction | None) -> None:
        self._interval = interval
        self._start: Fraction | None = None
        self._last: Fraction | None = None
        self._num_mended = 0

    def since_start(self, time: Fraction | None) -> Fraction | None:
        """Say when the next frame is shown.

        Args:
            time: Its time stamp in seconds, or None.

        Returns:
            Seconds from the first frame; None without a time stamp.
        """
        if time is None:
            return None
        if self._start is None:
            self._start = time
        since = time - self._start
        if self._interval and self._last is not None and since <= self._last:
            since = self._last + self._interval
            self._num_mended += 1
        self._last = since
        return since

    def warn(self, location: str) -> None:
        """Say how many frames have a time that is not that of their stamps.

        Args:
            location: Name of the file.
        """
        if self._num_mended:
            warnings.warn(
                f'{location}: the time stamps of {self._num_mended} frames stand still '
                'or go back; these frames count as one frame interval after the frame '
                'before (--fps gives the frame rate and leaves out all time stamps)',
                stacklevel=3,
            )
