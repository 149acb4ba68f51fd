import sys
from types import SimpleNamespace
from unittest.mock import patch

import pytest
import torch
import torch.distributed
from mmengine.dist import get_world_size
from mmengine.hooks import CheckpointHook, Hook
from mmengine.model import BaseModel
from mmengine.runner import Runner

from fairmot_mm.engine import FlagExchangeHook
from fairmot_mm.utils.errors import ConfigError

COLLECTIVES = ('all_reduce', 'all_gather', 'broadcast', 'gather', 'barrier')
READS = ('item', 'tolist', '__bool__', '__int__', '__float__')


class Raiser(Hook):
    """Raises a flag, and notes when it is told of one."""

    def __init__(self, flag=0):
        self.flag, self.told = flag, []

    def own_flag(self):
        return self.flag

    def on_flag(self, runner, flag):
        self.told.append((runner.iter, flag))


def iterate(interval, *hooks, num_iters=7, val_after=()):
    """Iterations of an epoch, as a Runner calls the hooks."""
    exchange = FlagExchangeHook(interval)
    runner = SimpleNamespace(hooks=[*hooks, exchange], iter=0, max_iters=99)
    exchange.before_train(runner)
    for _ in range(num_iters):
        exchange.after_train_iter(runner, 0)
        runner.iter += 1
        if runner.iter in val_after:
            exchange.before_val(runner)
    exchange.after_train_epoch(runner)
    return runner


def test_only_hooks_with_a_raised_flag_are_told():
    """Each gets its own flag, whether a number or a tensor."""
    raisers = Raiser(3), Raiser(0), Raiser(torch.tensor(True))
    iterate(4, *raisers, num_iters=4)
    assert [raiser.told for raiser in raisers] == [[(3, 3)], [], [(3, 1)]]


def test_when_flags_are_exchanged():
    """At the interval, before a validation and at the end of the epoch, each once."""
    raiser = Raiser(1)
    iterate(3, raiser, val_after=[3, 4])
    assert [number for number, _ in raiser.told] == [2, 4, 5, 7]


def test_before_a_checkpoint():
    """A hook that saves every second iteration saves nothing that is not checked."""
    raiser = Raiser(1)
    iterate(99, raiser, CheckpointHook(interval=2, by_epoch=False), num_iters=4)
    assert [number for number, _ in raiser.told] == [1, 3]


def test_interval_is_a_number_of_iterations():
    """Zero is none."""
    with pytest.raises(ConfigError, match='interval=0 must be at least 1'):
        FlagExchangeHook(0)


class OneWeight(BaseModel):
    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(()))

    def forward(self, inputs, data_samples=None, mode='tensor'):
        return {'loss': (self.weight * torch.stack(inputs)).sum()}


class Counter(Hook):
    """Counts collectives, and where this package reads a tensor, in iterations."""

    priority = 'LOWEST'

    def __init__(self):
        self.collectives = self.reads = 0
        self.patches = []

    def before_train(self, runner):
        def counted(name, function, is_read):
            def call(*args, **kwargs):
                caller = sys._getframe(1).f_code.co_filename
                if is_read:
                    self.reads += '/fairmot_mm/engine/' in caller
                else:
                    self.collectives += 1
                return function(*args, **kwargs)

            return call

        for owner, names in ((torch.distributed, COLLECTIVES), (torch.Tensor, READS)):
            for name in names:
                function = counted(name, getattr(owner, name), owner is torch.Tensor)
                self.patches.append(patch.object(owner, name, function))
        for patched in self.patches:
            patched.start()

    def after_train(self, runner):
        for patched in self.patches:
            patched.stop()


def count(folder, action, hooks):
    """Collectives and reads in twenty iterations, with the rules for a GPU."""
    counter = Counter()
    runner = Runner(
        OneWeight(),
        str(folder),
        train_dataloader=dict(
            dataset=[
                dict(inputs=torch.tensor(0.01)) for _ in range(20 * get_world_size())
            ],
            sampler=dict(type='DefaultSampler', shuffle=False),
            batch_size=1,
        ),
        train_cfg=dict(type='ResumableEpochLoop', max_epochs=1),
        optim_wrapper=dict(optimizer=dict(type='SGD', lr=0.01)),
        default_hooks=dict(checkpoint=None, sampler_seed=None),
        custom_hooks=[
            dict(type='LossGuardHook', action=action),
            *(dict(type=name) for name in hooks),
            counter,
        ],
        default_scope='fairmot_mm',
        experiment_name=f'{folder.name}{action}',
    )
    on_gpu = 'fairmot_mm.engine.hooks.loss_guard_hook._is_on_cpu'
    with patch(on_gpu, return_value=False):
        runner.train()
    return counter.collectives, counter.reads


HOOKS = ('CorruptImageHook', 'StopOnSignalHook', 'FlagExchangeHook')


def count_in_rank(queue, store, rank, folder, hooks):
    """Counts of one of two processes, for both actions."""
    torch.distributed.init_process_group(
        'gloo', f'file://{store}', rank=rank, world_size=2
    )
    folder = folder / str(rank)
    try:
        found = [count(folder, action, hooks) for action in ('stop', 'skip')]
    except Exception as error:  # the other side waits for it
        found = repr(error)
    queue.put((rank, found))


def test_collectives_of_two_processes(start_process, tmp_path):
    """Twenty iterations: two collectives and reads in all; to skip, one in each.

    To skip, the gradient is read too.
    """
    queue = start_process.context.SimpleQueue()
    processes = [
        start_process(
            __file__, 'count_in_rank', queue, tmp_path / 'store', rank, tmp_path, HOOKS
        )
        for rank in range(2)
    ]
    found = dict(queue.get() for _ in processes)
    for process in processes:
        process.join()
    assert found == {rank: [(2, 2), (20, 40)] for rank in range(2)}


def test_a_process_alone_needs_no_collective(tmp_path):
    """It reads its flags at the interval."""
    assert count(tmp_path, 'stop', HOOKS) == (0, 2)
