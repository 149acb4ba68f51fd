from types import SimpleNamespace

import pytest
from mmengine.logging import MessageHub, MMLogger

from fairmot_mm.engine import ResumeHook
from fairmot_mm.engine.hooks import resume_hook
from fairmot_mm.utils.errors import CheckpointError


@pytest.fixture
def runner(monkeypatch):
    """A run of five iterations of four images an epoch, of the right model."""
    monkeypatch.setattr(resume_hook, 'check_resume', lambda *_: None)
    parts = {'batch_size': 4, 'sampler': None, 'batch_sampler': None}
    loader = type('Loader', (), {**parts, '__len__': lambda self: 5})()
    schedule = SimpleNamespace(by_epoch=True)
    return SimpleNamespace(
        train_dataloader=loader,
        param_schedulers=[schedule],
        cfg=dict(resume=True),
        message_hub=MessageHub.get_instance('test_resume_hook'),
        logger=MMLogger.get_current_instance(),
    )


def checkpoint_of(images, length, epoch, iteration):
    meta = dict(images_per_iter=images, iters_per_epoch=length)
    return dict(meta=meta | dict(epoch=epoch, iter=iteration))


def test_a_checkpoint_says_how_it_counts(runner, monkeypatch):
    """Images an iteration are those of all processes."""
    monkeypatch.setattr(resume_hook, 'get_world_size', lambda: 2)
    checkpoint = dict(meta={})
    ResumeHook().before_save_checkpoint(runner, checkpoint)
    assert checkpoint['meta'] == dict(images_per_iter=8, iters_per_epoch=5)


def test_same_place_in_the_data(runner, log_lines):
    """Three of ten iterations of two images into epoch two are one of four, and half.

    What is not a whole iteration is done again.
    """
    checkpoint = checkpoint_of(2, 10, epoch=1, iteration=13)
    ResumeHook().after_load_checkpoint(runner, checkpoint)
    assert checkpoint['meta']['iter'] == 5 + 1
    assert 'continuing at iteration 6' in log_lines[-1]


def test_equal_runs_are_left_alone(runner):
    """With the same images an iteration nothing changes, whatever the schedule."""
    runner.param_schedulers = [SimpleNamespace(by_epoch=False)]
    checkpoint = checkpoint_of(4, 5, epoch=1, iteration=7)
    ResumeHook().after_load_checkpoint(runner, checkpoint)
    assert checkpoint['meta']['iter'] == 7


def test_only_where_a_run_is_resumed(runner):
    """Weights to start from bring no place in the data."""
    runner.cfg = dict(resume=False)
    checkpoint = checkpoint_of(2, 10, epoch=1, iteration=13)
    ResumeHook().after_load_checkpoint(runner, checkpoint)
    assert checkpoint['meta']['iter'] == 13


def test_schedules_that_count_iterations(runner):
    """The error names the schedule and the batch size that keeps it right."""
    runner.param_schedulers = [SimpleNamespace(by_epoch=False)]
    with pytest.raises(CheckpointError, match=r'SimpleNamespace counts.*batch_size=2'):
        ResumeHook().after_load_checkpoint(runner, checkpoint_of(2, 10, 1, 13))
