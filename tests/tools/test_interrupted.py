"""Runs of several processes that are killed, stopped, moved, or run out of disk."""

import re
import signal
import subprocess

import pytest
import torch

from fairmot_mm.apis import find_resume_checkpoint, read_state_dict

# Everything at once; eight images are two iterations of two processes, one update.
ALL_ON = """
optim_wrapper = dict(type='BFloat16OptimWrapper', accumulative_counts=2)
train_cfg = dict(max_epochs=3, val_begin=99)
default_hooks = dict(
    checkpoint=dict(save_best=None),
    logger=dict(interval=1),
    flag_exchange=dict(interval=2),
)
param_scheduler = [
    dict(type='MultiStepLR', by_epoch=True, milestones=[2], gamma=0.1)
]
custom_hooks = [dict(type='EMAHook', momentum=0.1)]
"""
SIGNALLED = "custom_hooks = [*custom_hooks, dict(type='SignalHook', {})]\n"


@pytest.fixture(scope='module')
def straight(make_config, run_ranks, tmp_path_factory):
    """Last checkpoint of a run of two processes without interruption."""
    work_dir = tmp_path_factory.mktemp('straight')
    run_ranks(2, 'train', make_config(ALL_ON), '--work-dir', work_dir)
    return work_dir / 'epoch_3.pth'


def run_to_the_end(start_ranks, config, work_dir):
    processes, logs = start_ranks(2, 'train', config, '--work-dir', work_dir)
    for process in processes:
        process.join(120)
    return [process.exitcode for process in processes], [
        log.read_text() for log in logs
    ]


def assert_same_training(checkpoint, other, except_for=()):
    """Weights, averaged weights, optimizer and place are equal to the last bit."""
    one, two = (torch.load(path, weights_only=True) for path in (checkpoint, other))
    assert one['meta']['iter'] == two['meta']['iter']
    for part in ('state_dict', 'ema_state_dict'):
        assert one[part].keys() == two[part].keys()
        unequal = [
            name
            for name in one[part]
            if not torch.equal(one[part][name], two[part][name])
            and not name.endswith(except_for)
        ]
        assert not unequal
    states = one['optimizer']['state'], two['optimizer']['state']
    assert all(
        torch.equal(states[0][key]['exp_avg'], states[1][key]['exp_avg'])
        for key in states[0]
    )


@pytest.mark.parametrize('rank', [1, None], ids=['one rank', 'all ranks'])
def test_killed_and_resumed(
    rank, straight, make_config, start_ranks, run_ranks, tmp_path
):
    """Killed in epoch two, with EMA, bfloat16 and accumulation: no trace is left."""
    killer = SIGNALLED.format(f'number=9, at_iter=2, rank={rank}')
    codes, _ = run_to_the_end(start_ranks, make_config(ALL_ON + killer), tmp_path)
    assert codes == [1 if rank == 1 else -9, -9]
    assert find_resume_checkpoint(tmp_path).name == 'epoch_1.pth'
    run_ranks(2, 'train', make_config(ALL_ON), '--work-dir', tmp_path, '--resume')
    assert_same_training(tmp_path / 'epoch_3.pth', straight)


def test_stopped_by_a_scheduler(
    straight, make_config, start_ranks, run_ranks, tmp_path
):
    """SIGTERM to one process: both save after the update and end with 143.

    Running means of both are averaged once more than without, which rounds once more.
    """
    stopper = SIGNALLED.format('number=15, at_iter=2, rank=1')
    codes, printed = run_to_the_end(
        start_ranks, make_config(ALL_ON + stopper), tmp_path
    )
    assert codes == [143, 143], printed
    assert 'SIGTERM: iter_4.pth is saved' in printed[0]
    assert find_resume_checkpoint(tmp_path).name == 'iter_4.pth'
    printed = run_ranks(
        2, 'train', make_config(ALL_ON), '--work-dir', tmp_path, '--resume'
    )
    assert 'resumed epoch: 1, iter: 4' in printed
    running = ('running_mean', 'running_var')
    assert_same_training(tmp_path / 'epoch_3.pth', straight, except_for=running)
    expected = read_state_dict(straight)
    for name, value in read_state_dict(tmp_path / 'epoch_3.pth').items():
        torch.testing.assert_close(value, expected[name])


def test_stopped_within_an_epoch(trained, run_tool, make_config, tmp_path):
    """One process, stopped in the middle of an epoch and resumed: no trace left."""
    stopper = "custom_hooks = [dict(type='SignalHook', number=15, at_iter=5)]\n"
    with pytest.raises(SystemExit) as ended:
        run_tool('train', make_config(stopper), '--work-dir', tmp_path)
    assert ended.value.code == 128 + signal.SIGTERM
    assert find_resume_checkpoint(tmp_path) == tmp_path / 'iter_6.pth'
    config = make_config(num_workers=2)
    run_tool('train', config, '--work-dir', tmp_path, '--resume')
    expected = read_state_dict(trained[1] / 'epoch_3.pth')
    weights = read_state_dict(tmp_path / 'epoch_3.pth')
    assert all(torch.equal(weights[name], expected[name]) for name in expected)
    assert len(list(tmp_path.glob('iter_*.pth'))) == 1


def test_resumed_by_another_number_of_processes(
    straight, make_config, run_tool, tmp_path
):
    """One process goes on where two were, in the middle of an epoch too."""
    checkpoint = torch.load(straight, weights_only=True)
    checkpoint['meta'].update(epoch=1, iter=3)  # half of the second epoch
    torch.save(checkpoint, tmp_path / 'iter_3.pth')
    config = make_config(ALL_ON)
    run_tool('train', config, '--work-dir', tmp_path, '--resume')
    log = next(tmp_path.glob('*/*.log')).read_text()
    assert '2 iterations of 4 images in an epoch became 4 iterations of 2 images' in log
    assert re.findall(r'Epoch\(train\) +\[(\d)\]\[(\d)/4\]', log) == [
        *((('2', number)) for number in '34'),
        *((('3', number)) for number in '1234'),
    ]


def test_resumed_by_one_process(straight, make_config, run_tool, tmp_path):
    """One process goes on with the batches of both in turn: the weights of two.

    To 1e-6, as the four gradients of an update are summed in another order.
    """
    start = straight.with_name('epoch_2.pth')
    extra = (
        'optim_wrapper.update(accumulative_counts=4)\n'
        "train_dataloader['sampler'] = dict(type='AsTwoRanks')\n"
    )
    config = make_config(ALL_ON + extra)
    run_tool('train', config, '--work-dir', tmp_path, '--resume', start)
    one, two, before = (
        torch.load(path, weights_only=True)
        for path in (tmp_path / 'epoch_3.pth', straight, start)
    )
    assert one['meta']['iter'] == 2 * two['meta']['iter'] == 12
    # Averaged weights count iterations; these are the others.
    names = [
        name
        for name in two['ema_state_dict']
        if not re.search('running_|num_batch|steps', name)
    ]
    moved = 0.0
    for name in names:
        own, expected = one['ema_state_dict'][name], two['ema_state_dict'][name]
        torch.testing.assert_close(own, expected, rtol=0, atol=1e-6, msg=name)
        moved = max(moved, (expected - before['ema_state_dict'][name]).abs().max())
    assert moved > 5e-5


def test_killed_worker(straight, make_config, start_ranks, run_ranks, tmp_path):
    """A process that loads images is killed: one line says so, and what may help.

    The other processes end too, and resuming leaves no trace.
    """
    killer = "train_pipeline.insert(0, dict(type='KillWorker'))\n"
    config = make_config(ALL_ON + killer, num_workers=1)
    codes, printed = run_to_the_end(start_ranks, config, tmp_path)
    assert codes == [1, 1], printed
    expected = r'(?m)^error: DataLoader worker \(pid.*memory'
    assert len([text for text in printed if re.search(expected, text)]) == 1
    assert find_resume_checkpoint(tmp_path) is not None
    run_ranks(2, 'train', make_config(ALL_ON), '--work-dir', tmp_path, '--resume')
    assert_same_training(tmp_path / 'epoch_3.pth', straight)


def test_schedules_that_count_iterations(straight, make_config, run_tool, tmp_path):
    """A schedule that counts iterations says which batch keeps it right."""
    config = make_config(ALL_ON.split('param_scheduler')[0])
    with pytest.raises(SystemExit, match=r'OneCycleLR counts.*batch_size=4'):
        run_tool('train', config, '--work-dir', tmp_path, '--resume', straight)


def test_truncated_checkpoint(straight, make_config, run_ranks, tmp_path):
    """The newest checkpoint is cut off: it is named, and the one before it is used."""
    for epoch in (1, 2):
        data = straight.with_name(f'epoch_{epoch}.pth').read_bytes()
        size = len(data) // 2 if epoch == 2 else len(data)
        (tmp_path / f'epoch_{epoch}.pth').write_bytes(data[:size])
    config = make_config(ALL_ON)
    printed = run_ranks(2, 'train', config, '--work-dir', tmp_path, '--resume')
    assert 'epoch_2.pth cannot be read' in printed
    assert (
        f'the run continues from the checkpoint before it, {tmp_path / "epoch_1.pth"}'
        in printed
    )
    assert 'resumed epoch: 1, iter: 2' in printed
    assert_same_training(tmp_path / 'epoch_3.pth', straight)


@pytest.fixture
def small_disk(straight, tmp_path):
    """A file system with room for one checkpoint and a half; how to enlarge it."""
    folder = tmp_path / 'disk'
    folder.mkdir()
    size = straight.stat().st_size

    def mount(options):
        command = ['mount', '-t', 'tmpfs', '-o', options, 'tmpfs', folder]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    mounted = mount(f'size={size * 3 // 2}')
    if mounted.returncode:
        pytest.skip(f'a small disk cannot be mounted here: {mounted.stderr.strip()}')
    yield folder, lambda: mount(f'remount,size={size * 9}')
    subprocess.run(['umount', folder], check=True)


def test_full_disk(straight, small_disk, make_config, start_ranks, run_ranks):
    """No room for the second checkpoint: one line, status 1, and the first is complete.

    A real disk. With room again the run goes on as if there had always been.
    """
    folder, enlarge = small_disk
    codes, printed = run_to_the_end(start_ranks, make_config(ALL_ON), folder)
    assert codes == [1, 1], printed
    (line,) = (line for line in printed[0].splitlines() if 'epoch_2.pth cannot' in line)
    assert line.startswith(f'error: {folder}/epoch_2.pth cannot be written: No space')
    names = {path.name for path in folder.iterdir() if 'epoch_' in path.name}
    assert names == {'epoch_1.pth'}  # no half of the second, under any name
    assert find_resume_checkpoint(folder).name == 'epoch_1.pth'
    assert enlarge().returncode == 0
    run_ranks(2, 'train', make_config(ALL_ON), '--work-dir', folder, '--resume')
    assert_same_training(folder / 'epoch_3.pth', straight)
