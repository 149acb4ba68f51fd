import pytest

from fairmot_mm.models.task_modules.low_frame_rate import LowFrameRate
from fairmot_mm.utils import ConfigError


def test_steps_are_counted_in_frames_of_the_reference():
    """Five frames a second are steps of six; a gap multiplies; the length is capped."""
    mode = LowFrameRate(reference_fps=30, max_step=40)
    assert mode.step(5, 1) == 6
    assert mode.step(5, 3) == 18
    assert mode.step(1, 2) == 40


def test_nothing_changes_at_full_rate():
    """At the reference and above a step is one frame, and overlap is trusted."""
    mode = LowFrameRate()
    assert mode.step(30, 1) == mode.step(60, 1) == 1
    assert not mode.appearance_first(1)
    assert mode.appearance_first(mode.step(30, 3))


@pytest.mark.parametrize(
    'bad',
    [
        dict(reference_fps=0),
        dict(max_step=0.5),
        dict(appearance_step=1),
        dict(embed_thr=0),
    ],
)
def test_senseless_values(bad):
    """Values that cannot work are named."""
    with pytest.raises(ConfigError, match=next(iter(bad))):
        LowFrameRate(**bad)
