import pytest

from fairmot_mm.models.trackers import AppearanceStage, Stage
from fairmot_mm.utils import ConfigError


def test_it_is_a_stage():
    """It has all that the contract names, with the published numbers."""
    stage = AppearanceStage()
    assert isinstance(stage, Stage)
    assert (stage.name, stage.cost_thr, stage.motion_weight) == ('embeds', 0.4, 0.02)


def test_low_frame_rate():
    """Unconfirmed tracks take part, too; the cost stays as it is."""
    stage = AppearanceStage(cost_thr=0.3).for_low_frame_rate(0.5)
    assert stage == AppearanceStage(cost_thr=0.3, unconfirmed=True)


def test_motion_weight_is_a_share():
    """A share beyond 1 is refused."""
    with pytest.raises(ConfigError, match=r'motion_weight=1\.5'):
        AppearanceStage(motion_weight=1.5)
