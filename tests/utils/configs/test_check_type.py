from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import pytest
import torch

from fairmot_mm.config.check_component import check_component
from fairmot_mm.registry import HOOKS, LOOPS, MODELS, OPTIM_WRAPPERS, OPTIMIZERS
from fairmot_mm.utils import ConfigError
from fairmot_mm.utils.configs.check_type import describe, fits


@pytest.mark.parametrize(
    ('value', 'hint', 'expected'),
    [
        (3, int, True),
        ('ten', int, False),
        (2.5, int, False),
        (None, int, False),
        (None, int | None, True),
        (3, float, True),
        ('3', float, False),
        (1, bool, False),
        ('a', Literal['a', 'b'], True),
        ('c', Literal['a', 'b'], False),
        ([1, 2], tuple[int, int], True),
        ([1, 2, 3], tuple[int, int], False),
        ([1, 'a'], Sequence[int], False),
        ('ab', Sequence[str], False),
        (dict(a=1), Mapping, True),
        ([dict(a=1)], dict, True),
        ('dict(a=1)', dict | None, False),
        (dict(type='A'), torch.nn.Module, True),
        ('A', torch.nn.Module, False),
        ('a', str | Path, True),
        (dict(type='A'), Callable, True),
        (object(), Any, True),
    ],
)
def test_fits(value, hint, expected):
    """A config holds plain values; a component is a dict, a sequence a list."""
    assert fits(value, hint) is expected


def test_describe():
    """As it is written in code."""
    assert describe(int | None) == 'int | None'
    assert describe(Sequence[int]) == 'Sequence[int]'


@pytest.mark.parametrize(
    ('registry', 'config', 'message'),
    [
        (
            MODELS,
            dict(type='JDETracker', track_buffer='ten'),
            "'track_buffer', not 'ten",
        ),
        (MODELS, dict(type='JDETracker', track_buffer=2.5), 'takes int for'),
        (
            OPTIM_WRAPPERS,
            dict(type='AmpOptimWrapper', clip_grad='dict(max_norm=5)'),
            r"takes Optional\[dict\] for 'clip_grad'",
        ),
        (OPTIM_WRAPPERS, dict(type='AmpOptimWrapper', clip_gradd={}), "'clip_gradd'"),
        (OPTIMIZERS, dict(type='Adam', lr='high'), "for 'lr', not 'high'"),
        (
            LOOPS,
            dict(type='ResumableEpochLoop', max_epochs='3'),
            "'max_epochs', not '3",
        ),
        (HOOKS, dict(type='CheckpointHook', save_bst='a'), "did you mean 'save_best'"),
        (HOOKS, dict(type='LossGuardHook', max_loss='big'), "'max_loss', not 'big'"),
    ],
)
def test_values_of_a_wrong_type(registry, config, message):
    """The type that is expected is said."""
    with pytest.raises(ConfigError, match=message):
        check_component(config, registry, 'p', given=None)
