import pytest

from fairmot_mm.models.trackers import JDETracker
from fairmot_mm.utils import ConfigError

STAGES = [dict(type='OverlapStage')]


@pytest.mark.parametrize(
    ('options', 'named'),
    [
        (dict(cost_thrs=dict(embeds=0.3)), r'cost_thrs\.embeds'),
        (dict(motion_weight=0.1), 'motion_weight'),
        (dict(low_score=dict(type='LowScoreAssociation')), 'low_score'),
    ],
)
def test_options_without_effect_are_refused(options, named):
    """What only the published stages read cannot be given beside other stages."""
    with pytest.raises(ConfigError, match=rf'{named} would have no effect'):
        JDETracker(stages=STAGES, **options)


def test_options_with_an_effect_are_accepted():
    """The threshold for duplicates belongs to no stage."""
    tracker = JDETracker(stages=STAGES, cost_thrs=dict(duplicate=0.2))
    assert tracker.lifecycle.duplicate_thr == 0.2
    assert [stage.name for stage in tracker.matcher.stages] == ['iou']


def test_no_stage_at_all_is_refused():
    """An empty list would match nothing."""
    with pytest.raises(ConfigError, match=r'stages=\[\]'):
        JDETracker(stages=[])
