"""The time at which the frames of a live source were taken."""

from dataclasses import replace
from fractions import Fraction

from fairmot_mm.video.frame import Frame

# Seconds by which time stamps may run ahead of the arrival of frames: servers send what
# they have stored when somebody connects. More is a jump of the server's clock.
_MAX_LEAD = 10


class StreamClock:
    """Counts the seconds from the first frame of a live source.

    The time stamps of the stream say how much time is between two frames. The arrival
    of the frames says it where there are no time stamps, where these stand still or
    jump, and across a break of the connection.
    """

    def __init__(self) -> None:
        self._now = Fraction(0)
        self._arrived: Fraction | None = None
        self._stamp: Fraction | None = None

    def restart(self) -> None:
        """Begin with the time stamps of another connection; the clock runs on."""
        self._stamp = None

    def set_time(self, frame: Frame) -> Frame:
        """Give a frame its time.

        Args:
            frame: The next frame: ``arrived``, and as ``time`` the time stamp of the
                stream in seconds, or None.

        Returns:
            The frame; ``time`` is the number of seconds from the first frame.
        """
        assert frame.arrived is not None  # a live source sets it
        arrived = Fraction(round(frame.arrived * 1e6), 10**6)
        waited = arrived - (arrived if self._arrived is None else self._arrived)
        step = waited
        if frame.time is not None and self._stamp is not None:
            said = frame.time - self._stamp
            step = said if 0 < said <= waited + _MAX_LEAD else waited
        self._now += step
        self._arrived, self._stamp = arrived, frame.time
        return replace(frame, time=self._now)
