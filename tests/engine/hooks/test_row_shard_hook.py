from types import SimpleNamespace

import pytest
import torch
from mmengine.optim import AmpOptimWrapper, OptimWrapper

from fairmot_mm.engine import RowShardHook
from fairmot_mm.engine.hooks import row_shard_hook
from fairmot_mm.models import PartialClassifier
from fairmot_mm.utils import ConfigError


@pytest.fixture
def make_runner():
    """What the hook needs of a Runner that trains a classifier."""

    def make(model=None, **wrapper):
        model = model or torch.nn.Sequential(PartialClassifier(4, 7, sparse_grad=True))
        optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
        return type('Runner', (SimpleNamespace,), {})(
            model=model, optim_wrapper=OptimWrapper(optimizer, **wrapper), hooks=[]
        )

    return make


def test_sparse_gradients_are_clipped(make_runner):
    """torch's own clipping knows dense ones alone."""
    runner = make_runner(clip_grad=dict(max_norm=0.5))
    RowShardHook().before_train(runner)
    classifier = runner.model[0]
    loss = classifier(torch.ones(1, 4), torch.tensor([3]), slice(0, 7))
    start = torch.cat([p.detach().flatten() for p in classifier.parameters()])
    runner.optim_wrapper.update_params(9 * loss.sum())
    end = torch.cat([p.detach().flatten() for p in classifier.parameters()])
    torch.testing.assert_close((end - start).norm(), torch.tensor(0.5))


def test_others_are_left_alone(make_runner):
    """A model without such rows is clipped by torch, values as they were."""
    runner = make_runner(torch.nn.Linear(2, 2), clip_grad=dict(max_norm=0.5))
    RowShardHook().before_train(runner)
    assert runner.optim_wrapper.clip_func is torch.nn.utils.clip_grad_norm_
    runner = make_runner(clip_grad=dict(type='value', clip_value=0.5))
    RowShardHook().before_train(runner)
    assert runner.optim_wrapper.clip_func is torch.nn.utils.clip_grad_value_


def test_float16_is_refused(make_runner, monkeypatch):
    """Processes would find different gradients that are not finite."""
    runner = make_runner()
    runner.optim_wrapper.__class__ = AmpOptimWrapper  # which needs a GPU
    RowShardHook().before_train(runner)
    monkeypatch.setattr(row_shard_hook, 'get_world_size', lambda: 2)
    with pytest.raises(ConfigError, match=r'float16: set .*BFloat16OptimWrapper'):
        RowShardHook().before_train(runner)


@pytest.mark.parametrize('end', ['after_train', 'after_failure'])
def test_methods_are_the_originals_afterwards(end, make_runner, monkeypatch):
    """Runner, wrapper and state dict are as before, however the training ends.

    A second training with the same objects wraps the originals once more.
    """
    monkeypatch.setattr(row_shard_hook, 'get_world_size', lambda: 2)
    runner = make_runner(clip_grad=dict(max_norm=0.5))
    saved = []
    kind = type(runner)
    monkeypatch.setattr(kind, 'save_checkpoint', saved.append, raising=False)
    hook = RowShardHook()
    names = {*runner.model.state_dict()}
    for _ in range(2):
        hook.before_run(runner)
        assert {*runner.model.state_dict()} == {'0.num_draws'}
        hook.before_train(runner)
        assert {*runner.model.state_dict()} == names
        assert runner.optim_wrapper.clip_func is not torch.nn.utils.clip_grad_norm_
        runner.save_checkpoint('a')
    assert saved == ['a', 'a']
    getattr(hook, end)(runner)
    assert 'save_checkpoint' not in vars(runner)
    assert runner.optim_wrapper.clip_func is torch.nn.utils.clip_grad_norm_


def test_a_checkpoint_without_the_optimizer(make_runner):
    """The best checkpoint has no state of the optimizer: none is put in."""
    hook = RowShardHook()
    hook._optimizer_state = {0: {'exp_avg': torch.zeros(7, 4)}}
    checkpoint = {'state_dict': {}}
    hook.before_save_checkpoint(make_runner(), checkpoint)
    assert checkpoint == {'state_dict': {}}
