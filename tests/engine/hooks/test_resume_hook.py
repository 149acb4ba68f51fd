from types import SimpleNamespace

import pytest
import torch
from mmengine.logging import MessageHub, MMLogger
from torch.utils.data import BatchSampler

from fairmot_mm.engine import ResumeHook
from fairmot_mm.engine.hooks import resume_hook
from fairmot_mm.registry import DATA_SAMPLERS
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


@DATA_SAMPLERS.register_module(force=True)
class Pairs(BatchSampler):
    """A batch sampler of a user; the number of images may vary."""

    def __init__(self, sampler, batch_size, varies=False):
        super().__init__(sampler, batch_size, drop_last=True)
        if varies:
            del self.batch_size
            self.size = batch_size

    def __iter__(self):
        indices = [*self.sampler]
        size = len(indices) // len(self)
        for start in range(0, len(indices), size):
            yield indices[start : start + size]

    def __len__(self):
        return len(self.sampler) // 2


LOOP = dict(type='IterBasedTrainLoop', max_iters=4)


@pytest.mark.parametrize(
    ('loader', 'train_cfg', 'images'),
    [
        (dict(batch_size=2, batch_sampler=dict(type='Pairs')), None, 2),
        (dict(batch_size=2, batch_sampler=dict(type='Pairs', varies=True)), None, None),
        (dict(batch_size=1), None, 1),
        (dict(), None, 1),
        (dict(batch_size=2), LOOP, 2),
        (dict(batch_size=2, batch_sampler=dict(type='Pairs')), LOOP, 2),
    ],
)
def test_any_data_loader(loader, train_cfg, images, make_runner, tmp_path):
    """Saves and resumes, also within an epoch, and sees each image once.

    With a batch sampler, also one whose batches vary; without a batch size; in a loop
    over iterations; with accumulation.
    """
    settings = dict(
        train_dataloader=dict(
            dataset=[dict(inputs=value) for value in range(8)],
            sampler=dict(type='DefaultSampler', shuffle=False),
            collate_fn=dict(type='default_collate'),
            **loader,
        ),
        default_hooks=dict(
            checkpoint=dict(type='CheckpointHook', interval=2, by_epoch=False)
        ),
        custom_hooks=[dict(type='ResumeHook')],
        optim_wrapper=dict(optimizer=dict(type='SGD', lr=1e-3), accumulative_counts=2),
    )
    if train_cfg:
        settings['train_cfg'] = train_cfg
    whole = make_runner([], **settings)
    whole.train()
    assert sorted(whole.model.seen) == [*range(8)]
    state = torch.load(tmp_path / 'iter_2.pth', weights_only=False)
    assert state['meta']['images_per_iter'] == images
    assert state['meta']['iters_per_epoch'] == (8 if images == 1 else 4)
    resume = dict(load_from=str(tmp_path / 'iter_2.pth'), resume=True)
    resumed = make_runner([], **settings, cfg=resume, **resume)
    resumed.train()
    assert resumed.model.seen == whole.model.seen[2 * (images or 2) :]
    assert torch.equal(resumed.model.weight, whole.model.weight)


def test_other_data(runner, log_lines):
    """With another number of images the run goes on at the same part of the epoch."""
    checkpoint = checkpoint_of(4, 10, epoch=1, iteration=14)
    ResumeHook().after_load_checkpoint(runner, checkpoint)
    assert checkpoint['meta']['iter'] == 5 + 2
    runner.param_schedulers = [SimpleNamespace(by_epoch=False)]
    with pytest.raises(CheckpointError, match='undo the change of the data'):
        ResumeHook().after_load_checkpoint(runner, checkpoint_of(4, 10, 1, 13))


def test_batch_size_that_no_process_can_have(runner, monkeypatch):
    """Three processes cannot share four images: the advice says what is needed."""
    monkeypatch.setattr(resume_hook, 'get_world_size', lambda: 3)
    runner.param_schedulers = [SimpleNamespace(by_epoch=False)]
    with pytest.raises(CheckpointError, match='so that they are 4 images'):
        ResumeHook().after_load_checkpoint(runner, checkpoint_of(4, 10, 1, 13))


def test_the_saved_seed(make_runner, tmp_path):
    """Its order of the images goes on, whatever the seed of the config."""
    sampler = dict(type='DefaultSampler', shuffle=True)
    settings = dict(
        train_dataloader=dict(
            dataset=[dict(inputs=value) for value in range(8)],
            sampler=sampler,
            batch_size=2,
            collate_fn=dict(type='default_collate'),
        ),
        default_hooks=dict(
            checkpoint=dict(type='CheckpointHook', interval=1, by_epoch=False)
        ),
        custom_hooks=[dict(type='ResumeHook')],
    )
    whole = make_runner([], **settings, randomness=dict(seed=3))
    whole.train()
    for seed in (3, 4, None):
        resume = dict(load_from=str(tmp_path / 'iter_1.pth'), resume=True)
        resumed = make_runner(
            [], **settings, cfg=resume, **resume, randomness=dict(seed=seed)
        )
        resumed.train()
        assert resumed.model.seen == whole.model.seen[2:]


def test_when_the_training_started(make_runner, tmp_path):
    """A resumed training keeps the time of its first start."""
    hooks = dict(custom_hooks=[dict(type='ResumeHook')])
    make_runner(range(4), **hooks).train()
    first = torch.load(tmp_path / 'epoch_1.pth', weights_only=False)
    resume = dict(load_from=str(tmp_path / 'epoch_1.pth'), resume=True)
    make_runner(range(4), max_epochs=2, cfg=resume, **resume, **hooks).train()
    second = torch.load(tmp_path / 'epoch_2.pth', weights_only=False)
    started = [state['meta']['training_started'] for state in (first, second)]
    assert started[0] == started[1]
