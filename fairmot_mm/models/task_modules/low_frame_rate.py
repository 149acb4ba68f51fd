"""Settings of a tracker for video in which much time passes between two frames."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fairmot_mm.registry import TASK_UTILS
from fairmot_mm.utils.contracts import require_range
from fairmot_mm.utils.tunable import Values


@TASK_UTILS.register_module()
@dataclass
class LowFrameRate:
    """Adapts a tracker to the time that really passes from frame to frame.

    The motion model of the published tracker counts in frames, and its noise is set for
    video of 25 to 30 frames a second. At 5 frames a second a walking person leaves its
    gate, and the box of a new person no longer overlaps with that of the last frame, so
    the track is never confirmed. With this part the tracker

    - moves its tracks by the time that passed, in frames at ``reference_fps``: the
      uncertainty of positions, and with it the gate, grows as it would over that many
      single frames;
    - counts frames by `frame_id`, so that a gap in the numbers is time that passed;
    - from a step of ``appearance_step`` on puts appearance before overlap: every stage
      is replaced by its `Stage.for_low_frame_rate`. Unconfirmed tracks are moved and
      matched by embedding inside the gate, like confirmed ones. A pair made by overlap
      must also have similar embeddings, and so must two tracks in one place for one of
      them to be removed.

    At ``reference_fps`` and above, without gaps, nothing changes.

    Args:
        reference_fps: Frame rate that the noise of the motion model is set for.
        max_step: Longest step, in frames at that rate; the gate does not grow beyond
            it.
        appearance_step: Step, in frames at that rate, from which on appearance comes
            before overlap.
        embed_thr: Largest cosine distance of a pair made by overlap, and of two tracks
            of which one is removed as a duplicate, from that step on.

    Raises:
        ConfigError: A value is out of its range.
    """

    reference_fps: float = 30.0
    max_step: float = 60.0
    appearance_step: float = 3.0
    embed_thr: float = 0.5

    def __post_init__(self) -> None:
        require_range(above=0, reference_fps=self.reference_fps)
        require_range(low=1, max_step=self.max_step)
        require_range(above=1, appearance_step=self.appearance_step)
        require_range(above=0, high=2, embed_thr=self.embed_thr)

    @classmethod
    def search_space(cls, cfg: Mapping[str, Any]) -> dict[str, Values]:
        """State the values to try, see `Tunable`."""
        space: dict[str, Values] = {'reference_fps': (10.0, 30.0)}
        if cfg.get('appearance_step', 0) <= cfg.get('max_step', cls.max_step):
            space['embed_thr'] = (0.2, 0.8)
        return space

    def step(self, frame_rate: float, frame_gap: int) -> float:
        """Find the time between two frames, in frames at ``reference_fps``.

        Args:
            frame_rate: Frames a second, above 0.
            frame_gap: By how much `frame_id` grew, 1 or more.

        Returns:
            The step, in [1, max_step].
        """
        step = frame_gap * self.reference_fps / frame_rate
        return min(max(step, 1.0), self.max_step)

    def appearance_first(self, step: float) -> bool:
        """Say whether appearance counts more than overlap after some time.

        Args:
            step: Time that passed, in frames at ``reference_fps``.

        Returns:
            Whether it was ``appearance_step`` or more.
        """
        return step >= self.appearance_step
