"""The time between two frames as the parts of a tracker count it."""

from typing import NamedTuple


class ElapsedTime(NamedTuple):
    """The time from the last frame to this one.

    Attributes:
        frames: Frames by which the tracker's count grows; 1 as published.
        motion_steps: Length of the prediction of the motion model, in the frames that
            its velocities are counted in; 1 as published.
        embed_thr: Largest cosine distance of a pair made by overlap, where so much time
            passed that appearance comes first; None as published, where the appearance
            plays no part in a pair made by overlap.
    """

    frames: int = 1
    motion_steps: float = 1.0
    embed_thr: float | None = None

    @property
    def appearance_first(self) -> bool:
        """Whether so much time passed that appearance counts more than overlap."""
        return self.embed_thr is not None
