import pytest
import torch
from mmengine.optim import OneCycleLR, OptimWrapper

from fairmot_mm.engine import PeakOneCycleLR
from fairmot_mm.registry import PARAM_SCHEDULERS

CYCLE = dict(total_steps=10, pct_start=0.2, by_epoch=True)


def optimizer(*rates):
    """An optimizer with a parameter of each rate."""
    groups = [dict(params=[torch.nn.Parameter(torch.zeros(1))], lr=r) for r in rates]
    return torch.optim.Adam(groups)


def rates(schedule, chosen, steps=9):
    """Rates of all groups after each step."""
    found = [[group['lr'] for group in chosen.param_groups]]
    for _ in range(steps):
        schedule.step()
        found.append([group['lr'] for group in chosen.param_groups])
    return found


def test_equals_mmengine_at_the_same_peak():
    """To the last bit, if the rate of the optimizer is the ``eta_max``."""
    ours, theirs = optimizer(1.5e-3), optimizer(1e-3)
    expected = rates(OneCycleLR(theirs, eta_max=1.5e-3, **CYCLE), theirs)
    assert rates(PeakOneCycleLR(ours, **CYCLE), ours) == expected
    assert max(expected) == [pytest.approx(1.5e-3)]


def test_each_group_has_its_own_peak():
    """Rates of layers, or one scaled by the batch size, stay in proportion."""
    chosen = optimizer(1e-3, 1e-4)
    for first, second in rates(PeakOneCycleLR(chosen, **CYCLE), chosen):
        assert second == pytest.approx(first / 10)


def test_built_from_a_config():
    """By epoch in the config, by iteration in the run; integers are fine shares."""
    wrapper = OptimWrapper(optimizer(1e-3))
    schedule = PARAM_SCHEDULERS.build(
        dict(
            type='PeakOneCycleLR',
            total_steps=3,
            pct_start=1,
            convert_to_iter_based=True,
        ),
        default_args=dict(optimizer=wrapper, epoch_length=4),
    )
    assert schedule.total_steps == 12
    assert not schedule.by_epoch
