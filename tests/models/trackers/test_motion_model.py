import inspect

import pytest

from fairmot_mm.models.task_modules import KalmanFilterXYAH, KalmanFilterXYWH
from fairmot_mm.models.trackers import JDETracker, MotionModel
from fairmot_mm.utils import ConfigError


@pytest.mark.parametrize('kind', [KalmanFilterXYAH, KalmanFilterXYWH])
def test_our_filters_keep_the_contract(kind):
    """They have every method of the protocol, with the same arguments."""
    motion: MotionModel = kind()
    assert isinstance(motion, MotionModel)
    for name, method in inspect.getmembers(MotionModel, inspect.isfunction):
        if not name.startswith('_'):
            own = inspect.signature(getattr(kind, name))
            assert own == inspect.signature(method), name


def test_another_filter_is_refused():
    """mmdet's filter moves one track at a time: what it lacks is named at once."""
    with pytest.raises(ConfigError, match=r'motion: KalmanFilter lacks .*to_tlwh'):
        JDETracker(motion=dict(type='mmdet.KalmanFilter'))
