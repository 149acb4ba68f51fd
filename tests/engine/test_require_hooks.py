import sys

import pytest
import torch
from mmengine.hooks import Hook

from fairmot_mm.engine import require_hooks
from fairmot_mm.models import PartialClassifier
from fairmot_mm.utils.errors import ConfigError

module = sys.modules['fairmot_mm.engine.require_hooks']
STEPS = dict(type='MultiStepLR', milestones=[5])


def test_flags_without_exchange(make_runner):
    """The hooks that need it are named, and both ways out."""
    hooks = [dict(type='CorruptImageHook'), dict(type='StopOnSignalHook')]
    with pytest.raises(
        ConfigError, match=r'^CorruptImageHook, StopOnSignalHook cannot'
    ):
        require_hooks(make_runner([1], custom_hooks=hooks))
    require_hooks(make_runner([1]))


def test_schedules_without_their_hook(make_runner):
    """A schedule that nothing applies is refused."""
    left_out = dict(default_hooks=dict(param_scheduler=None))
    with pytest.raises(ConfigError, match='set param_scheduler=None too'):
        require_hooks(make_runner([1], param_scheduler=[STEPS], **left_out))
    require_hooks(make_runner([1], **left_out))


def test_replaced_images_without_their_hook(make_runner):
    """Images are not replaced in silence."""
    loader = dict(
        dataset=dict(type='JDEDataset', ann_files=[], on_corrupt='skip'),
        sampler=dict(type='SeededSampler'),
    )
    with pytest.raises(ConfigError, match='CorruptImageHook: without it nobody'):
        require_hooks(make_runner([1], train_dataloader=loader))
    hooks = [dict(type='CorruptImageHook'), dict(type='FlagExchangeHook')]
    require_hooks(make_runner([1], train_dataloader=loader, custom_hooks=hooks))


def test_split_rows_without_their_hook(make_runner, monkeypatch):
    """Several processes would save the identities of the first one alone."""
    runner = make_runner([1])
    runner.model = torch.nn.Sequential(PartialClassifier(4, 7))
    require_hooks(runner)
    monkeypatch.setattr(module, 'get_world_size', lambda: 2)
    with pytest.raises(ConfigError, match='row_shard=None leaves out the RowShardHook'):
        require_hooks(runner)


def test_order_without_its_hook(make_runner, log_lines):
    """Every epoch would be the same: a warning."""
    loader = dict(
        dataset=[dict(inputs=1)], sampler=dict(type='DefaultSampler', shuffle=True)
    )
    runner = make_runner(
        [1], train_dataloader=loader, default_hooks=dict(sampler_seed=None)
    )
    runner.logger.warning = log_lines.append
    require_hooks(runner)
    assert 'every epoch has the same order' in log_lines[-1]


def test_hooks_of_a_user_are_no_matter(make_runner):
    """A plain hook needs nothing."""
    require_hooks(make_runner([1], custom_hooks=[Hook()]))
