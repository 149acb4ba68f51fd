import multiprocessing
import os
import signal

import pytest
import torch
from mmengine.hooks import Hook

from fairmot_mm.apis import find_resume_checkpoint
from fairmot_mm.utils.errors import ConfigError

HOOKS = [dict(type='FlagExchangeHook'), dict(type='StopOnSignalHook')]


class Scheduler(Hook):
    """Sends SIGTERM in the second iteration."""

    def before_train_iter(self, runner, **_):
        if runner.iter == 1:
            os.kill(os.getpid(), signal.SIGTERM)


@pytest.fixture(autouse=True)
def own_handler():
    """The handler of the tests' own process is put back."""
    handler = signal.getsignal(signal.SIGTERM)
    yield handler
    signal.signal(signal.SIGTERM, handler)


@pytest.mark.parametrize(
    ('accumulated', 'expected'), [(1, 2), (3, 3)], ids=['at once', 'after the update']
)
def test_a_process_alone_stops(accumulated, expected, make_runner, tmp_path):
    """It saves after the iteration, or the update, and ends with 128 + 15."""
    wrapper = dict(optimizer=dict(type='SGD', lr=1e-3), accumulative_counts=accumulated)
    runner = make_runner(
        range(12), custom_hooks=[*HOOKS, Scheduler()], optim_wrapper=wrapper
    )
    with pytest.raises(SystemExit) as ended:
        runner.train()
    assert ended.value.code == 143
    (saved,) = tmp_path.glob('*.pth')
    assert saved.name == f'iter_{expected}.pth'
    meta = torch.load(saved, weights_only=False)['meta']
    assert (meta['epoch'], meta['iter']) == (0, expected)
    log = next(tmp_path.glob('*/*.log')).read_text()
    assert f'SIGTERM: iter_{expected}.pth is saved' in log


def test_a_second_signal_while_saving(make_runner, tmp_path):
    """A scheduler that repeats itself does not disturb the checkpoint."""

    class Impatient(Scheduler):
        def before_save_checkpoint(self, runner, checkpoint):
            os.kill(os.getpid(), signal.SIGTERM)

    runner = make_runner(range(12), custom_hooks=[*HOOKS, Impatient()])
    with pytest.raises(SystemExit) as ended:
        runner.train()
    assert ended.value.code == 143
    (saved,) = tmp_path.glob('*.pth')
    assert torch.load(saved, weights_only=False)['meta']['iter'] == 2


def test_the_next_stop_replaces_the_file(make_runner, tmp_path):
    """Of two stops in a training the work dir has the later one."""
    for number in range(2):
        resume = dict(load_from=str(tmp_path / 'iter_2.pth'), resume=True)
        hooks = [*HOOKS, Scheduler()]
        if number:
            hooks[-1].before_train_iter = lambda runner, **_: os.kill(
                os.getpid(), signal.SIGTERM
            )
        runner = make_runner(
            range(12), custom_hooks=hooks, **(resume if number else {})
        )
        with pytest.raises(SystemExit):
            runner.train()
    assert [path.name for path in tmp_path.glob('*.pth')] == ['iter_3.pth']


@pytest.mark.parametrize('fails', [True, False])
def test_listening_ends_with_the_training(fails, own_handler, make_runner):
    """The handler is the old one after a success and after an error."""

    class Failing(Hook):
        def after_train_iter(self, runner, **_):
            assert signal.getsignal(signal.SIGTERM) != own_handler
            if fails:
                raise ValueError

    runner = make_runner(range(4), custom_hooks=[*HOOKS, Failing()])
    if fails:
        with pytest.raises(ValueError, match=r'^$'):
            runner.train()
    else:
        runner.train()
    assert signal.getsignal(signal.SIGTERM) == own_handler


def test_refused(make_runner):
    """Signals that do not stop a job, and a loop that begins an epoch anew."""
    for name in ('SIGNOT', 'SIGKILL', 'SIGSTOP', 'SIGCHLD', 'SIGSEGV', 15):
        wrong = dict(type='StopOnSignalHook', signals=['SIGTERM', name])
        with pytest.raises(ConfigError, match=f'{name} cannot stop a run.*SIGUSR1'):
            make_runner([1], custom_hooks=[wrong])
    runner = make_runner([1, 2], custom_hooks=HOOKS, loop='EpochBasedTrainLoop')
    with pytest.raises(ConfigError, match=r"train_cfg\.type='ResumableEpochLoop'"):
        runner.train()


OTHER = dict(type='CheckpointHook', interval=9)


@pytest.mark.parametrize(
    ('default', 'others', 'folder'),
    [
        (None, [], '.'),
        (None, [OTHER], '.'),
        (OTHER, [OTHER], '.'),
        (OTHER, [OTHER | dict(filename_tmpl='a{}.pth')] * 2, '.'),
        (OTHER | dict(save_optimizer=False, filename_tmpl='b{}.pth'), [], '.'),
        (OTHER | dict(out_dir='{}/other'), [OTHER], 'other/{}'),
    ],
)
def test_any_number_of_checkpoint_hooks(default, others, folder, make_runner, tmp_path):
    """None, one or several, with other names and folders: a whole checkpoint is saved.

    It is found again, and the training goes on as if it had not stopped.
    """
    if default and 'out_dir' in default:
        default = default | dict(out_dir=default['out_dir'].format(tmp_path))
    settings = dict(default_hooks=dict(checkpoint=default))
    runner = make_runner(
        range(12), custom_hooks=[*HOOKS, *others, Scheduler()], **settings
    )
    with pytest.raises(SystemExit) as ended:
        runner.train()
    assert ended.value.code == 143
    path = tmp_path / folder.format(tmp_path.name) / 'iter_2.pth'
    hooks = [default, *others]
    assert find_resume_checkpoint(tmp_path, hooks) == path
    resume = dict(load_from=str(path), resume=True)
    make_runner(range(12), custom_hooks=HOOKS, **settings, **resume).train()


def test_a_regular_checkpoint_stays(make_runner, tmp_path):
    """The next stop does not remove a file that the CheckpointHook saved."""
    settings = dict(
        default_hooks=dict(
            checkpoint=dict(type='CheckpointHook', interval=2, by_epoch=False)
        )
    )
    for number in range(2):
        resume = dict(load_from=str(tmp_path / 'iter_2.pth'), resume=True)
        hooks = [*HOOKS, Scheduler()]
        if number:
            hooks[-1].before_train_iter = lambda runner, **_: os.kill(
                os.getpid(), signal.SIGTERM
            )
        runner = make_runner(
            range(12), custom_hooks=hooks, **settings, **(resume if number else {})
        )
        with pytest.raises(SystemExit):
            runner.train()
    names = {path.name for path in tmp_path.glob('*.pth')}
    assert names == {'iter_2.pth', 'iter_3.pth'}


def test_processes_that_load_images_outlive_the_signal(
    make_runner, tmp_path, signal_from_another
):
    """The iteration ends with them; the process that started them can end them."""
    loader = dict(
        dataset=[dict(inputs=value) for value in range(12)],
        sampler=dict(type='DefaultSampler', shuffle=False),
        batch_size=2,
        num_workers=1,
        persistent_workers=True,
        collate_fn=dict(type='default_collate'),
    )
    runner = make_runner(
        range(12), train_dataloader=loader, custom_hooks=[*HOOKS, signal_from_another]
    )
    with pytest.raises(SystemExit) as ended:
        runner.train()
    assert ended.value.code == 143
    assert (tmp_path / 'iter_2.pth').exists()
    workers = multiprocessing.active_children()
    assert workers
    for process in workers:
        process.terminate()
        process.join(10)
        assert not process.is_alive()
