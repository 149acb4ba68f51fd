import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

TOOLS = Path(__file__).parents[2] / 'tools'
# Twenty steps of four images at a constant rate, without validation.
TWENTY_STEPS = """
param_scheduler = None
train_cfg = dict(max_epochs=10, val_begin=99)
default_hooks = dict(checkpoint=dict(interval=10, save_best=None))
"""
ACCUMULATED = """
optim_wrapper = dict(accumulative_counts=2)
train_dataloader['sampler'] = dict(type='AsTwoRanks')
"""


@pytest.fixture(scope='module')
def two_ranks(make_config, run_ranks, tmp_path_factory):
    """Config and weights of twenty steps of two processes."""
    config, work_dir = make_config(TWENTY_STEPS), tmp_path_factory.mktemp('two_ranks')
    run_ranks(2, 'train', config, '--work-dir', work_dir)
    return config, work_dir / 'epoch_10.pth'


def test_two_processes_equal_one(two_ranks, make_config, run_tool, tmp_path):
    """Twenty steps of two processes and of one with both their batches: equal weights.

    To the last bit: halving is exact, the sum of two gradients has one order, and each
    half of the doubled batch has batch norm and losses of its own, as in two processes.
    """
    config = make_config(TWENTY_STEPS + ACCUMULATED)
    run_tool('train', config, '--work-dir', tmp_path)
    one = torch.load(tmp_path / 'epoch_10.pth', weights_only=True)
    two = torch.load(two_ranks[1], weights_only=True)
    assert two['meta']['iter'] == one['meta']['iter'] / 2 == 20
    weights = one['state_dict']
    trained = {name for name in weights if not re.search(r'running_|num_batch', name)}
    assert trained == {name for name in two['state_dict'] if name in trained}
    unequal = {
        name: (weights[name] - two['state_dict'][name]).abs().max().item()
        for name in trained
        if not torch.equal(weights[name], two['state_dict'][name])
    }
    assert not unequal


@pytest.fixture(scope='module')
def sure(two_ranks, make_sure, tmp_path_factory):
    """The weights, changed so that people are found everywhere."""
    return make_sure(two_ranks[1], tmp_path_factory.mktemp('sure'))


def table_of(printed):
    """The table of scores in what a tool printed."""
    table = re.search(r'(?m)^sequence .*\n(?:(?:-|a |b |OVERALL ).*\n)+', printed)
    assert table, printed
    return table[0]


def test_one_table(two_ranks, sure, run_ranks, tmp_path, make_config):
    """One, two and three processes print one table of two videos, and one set of files.

    The third process has no video.
    """
    config = make_config("test_dataloader['dataset']['sequences'] = ['a', 'b']\n")
    results = {}
    for num_ranks in (1, 2, 3):
        out = tmp_path / str(num_ranks)
        arguments = [config, sure, '--work-dir', tmp_path, '--out', out]
        table = table_of(run_ranks(num_ranks, 'test', *arguments))
        results[num_ranks] = (
            table,
            *((out / f'{name}.txt').read_text() for name in 'ab'),
        )
    assert all(results[1])
    assert len(results[1][0].splitlines()) == 5
    assert results[1] == results[2] == results[3]


def run_script(name, *args, **variables):
    environment = os.environ | {'PYTHON': sys.executable, 'OMP_NUM_THREADS': '1'}
    return subprocess.run(
        [TOOLS / name, *map(str, args)],
        env=environment | variables,
        capture_output=True,
        text=True,
        check=False,
    )


def test_dist_test_script(two_ranks, sure, tmp_path):
    """dist_test.sh starts the processes by torchrun; options reach the tool.

    One process is enough here: each takes seconds to import torch.
    """
    ended = run_script('dist_test.sh', two_ranks[0], sure, 1, '--work-dir', tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert 'OVERALL' in table_of(ended.stdout)
    assert (tmp_path / 'results' / 'b.txt').stat().st_size > 0


@pytest.mark.parametrize(
    ('script', 'count', 'usage'),
    [
        ('dist_train.sh', 1, 'tools/dist_train.sh CONFIG PROCESSES'),
        ('dist_test.sh', 2, 'tools/dist_test.sh CONFIG CHECKPOINT PROCESSES'),
        ('slurm_train.sh', 2, 'tools/slurm_train.sh PARTITION JOB_NAME CONFIG'),
        ('slurm_test.sh', 3, 'tools/slurm_test.sh PARTITION JOB_NAME CONFIG CHECKP'),
    ],
)
def test_scripts_say_how_they_are_used(script, count, usage):
    """A script with too few arguments prints its usage."""
    ended = run_script(script, *['word'] * count)
    assert ended.returncode == 2
    assert usage in ended.stderr


# Stands for torchrun: notes each signal, and ends a while after the first, status 1.
NOTE_SIGNALS = """#!/usr/bin/env bash
received=0
for name in HUP INT TERM; do trap "received=1; echo $name >> '{log}'" $name; done
echo ready >> '{log}'
while [ $received -eq 0 ]; do sleep 0.05; done
for _ in 1 2 3 4 5 6; do sleep 0.05; done
exit 1
"""


@pytest.mark.parametrize('number', [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_to_all_reaches_torchrun_once(number, tmp_path):
    """Sent to the whole job, twice: the script waits for torchrun and tells the signal.

    torchrun would leave its processes alone if it got a second signal.
    """
    log, fake = tmp_path / 'log', tmp_path / 'python'
    fake.write_text(NOTE_SIGNALS.format(log=log))
    fake.chmod(0o755)
    script = subprocess.Popen(
        [TOOLS / 'dist_train.sh', 'config.py', '2'],
        env=os.environ | {'PYTHON': str(fake)},
        start_new_session=True,
        # Under nohup the signal would be ignored, and no shell can undo that.
        preexec_fn=lambda: signal.signal(number, signal.SIG_DFL),
    )
    while not log.exists() or not log.read_text():
        time.sleep(0.02)
    for _ in range(2):
        os.killpg(script.pid, number)
        time.sleep(0.1)
    assert script.wait() == 128 + number
    name = number.name.removeprefix('SIG')
    assert log.read_text().split() == ['ready', name]
