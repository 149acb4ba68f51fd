"""Real jobs of Slurm, on two nodes that are this machine, without GPUs."""

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from fairmot_mm.apis import find_resume_checkpoint, read_state_dict
from fairmot_mm.synthetic import SyntheticScene
from fairmot_mm.video.video_writer import VideoWriter

TOOLS = Path(__file__).parents[2] / 'tools'
# Ninety steps, long enough to be stopped among them.
LONG = """
param_scheduler = None
train_cfg = dict(max_epochs=45, val_begin=99)
default_hooks = dict(checkpoint=dict(interval=45, save_best=None))
test_dataloader['dataset']['sequences'] = ['a', 'b']
"""
SYSTEM_PATH = os.pathsep.join((os.environ['PATH'], '/usr/sbin', '/sbin'))
MISSING = [
    name
    for name in ('srun', 'slurmctld', 'slurmd', 'munged')
    if shutil.which(name, path=SYSTEM_PATH) is None
]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(MISSING), reason=f'no {", ".join(MISSING)}: no Slurm here'),
    pytest.mark.skipif(torch.cuda.is_available(), reason='its GPUs are in name only'),
]


@pytest.fixture(scope='module')
def slurm(tmp_path_factory):
    """Environment of a running cluster of two nodes."""
    folder = tmp_path_factory.mktemp('slurm')
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        port = min(free.getsockname()[1], 65000)
    script = TOOLS / 'dev' / 'local_slurm.sh'
    environment = os.environ | {
        'PORT': str(port),
        'SLURM_CONF': str(folder / 'slurm.conf'),
        'PYTHON': sys.executable,
        'PYTHONPATH': str(TOOLS.parent),
        'OMP_NUM_THREADS': '1',
        'CPUS_PER_TASK': '1',
    }
    # The daemons keep what they print open; a pipe would never end.
    with (folder / 'start.log').open('w') as log:
        started = subprocess.run(
            [script, 'start', folder], env=environment, stdout=log, stderr=log
        )
    assert started.returncode == 0, (folder / 'start.log').read_text()
    yield environment
    subprocess.run([script, 'stop', folder], check=True)


@pytest.fixture
def start_job(slurm, tmp_path):
    """Start a script in two processes; gives the srun and the file of its output."""

    def start(script, job, *args, **variables):
        log = tmp_path / f'{job}.log'
        with log.open('w') as file:
            srun = subprocess.Popen(
                [TOOLS / script, 'local', job, *map(str, args)],
                env=slurm | {'GPUS': '2'} | variables,
                stdout=file,
                stderr=file,
            )
        return srun, log

    return start


@pytest.fixture(scope='module')
def straight(make_config, run_ranks, tmp_path_factory):
    """Config and last checkpoint of a run as torchrun starts it, not stopped."""
    config, work_dir = make_config(LONG), tmp_path_factory.mktemp('straight')
    run_ranks(2, 'train', config, '--work-dir', work_dir)
    return config, work_dir / 'epoch_45.pth'


def test_stopped_and_resumed(slurm, start_job, straight, tmp_path):
    """A job of two nodes is sent SIGTERM, saves, ends with 143; another goes on.

    The weights are those of processes that torchrun would start and nobody stops. The
    second job is one of a node with GPUs, as Slurm sees it.
    """
    config, expected = straight
    options = [config, '--work-dir', tmp_path]
    srun, log = start_job(
        'slurm_train.sh', 'stop', *options, GPUS_PER_NODE='0', SRUN_ARGS='--nodes=2'
    )
    while srun.poll() is None and 'Epoch(train)' not in log.read_text():
        time.sleep(0.05)
    subprocess.run(['scancel', '--signal=TERM', '--name=stop'], env=slurm, check=True)
    assert srun.wait() == 143, log.read_text()
    newest = find_resume_checkpoint(tmp_path)
    assert newest.name.startswith('iter_')
    assert f'SIGTERM: {newest.name} is saved' in log.read_text()

    srun, log = start_job('slurm_train.sh', 'on', *options, '--resume')
    assert srun.wait() == 0, log.read_text()
    weights, expected = map(read_state_dict, (tmp_path / 'epoch_45.pth', expected))
    for name, value in expected.items():
        # Running means of both were averaged once more.
        exact = {} if 'running_' in name else dict(rtol=0, atol=0)
        torch.testing.assert_close(weights[name], value, **exact, msg=name)


def test_one_table(start_job, straight, make_sure, run_tool, tmp_path, capsys):
    """Three processes on two nodes write what one writes, though one has no video."""
    config, checkpoint = straight
    arguments = [config, make_sure(checkpoint, tmp_path), '--work-dir', tmp_path]
    srun, log = start_job(
        'slurm_test.sh',
        'test',
        *arguments,
        '--out',
        tmp_path / 'slurm',
        GPUS='3',
        GPUS_PER_NODE='0',
        SRUN_ARGS='--nodes=2',
    )
    assert srun.wait() == 0, log.read_text()
    run_tool('test', *arguments, '--out', tmp_path / 'one')
    for name in ('a.txt', 'b.txt'):
        one, three = (tmp_path / folder / name for folder in ('one', 'slurm'))
        assert one.read_text() == three.read_text() != ''
    lines = capsys.readouterr().out.splitlines()
    assert next(line for line in lines if 'OVERALL' in line) in log.read_text()


def test_failure_is_no_stop(start_job, straight, tmp_path):
    """A job with an error ends with 1, not with 143 as one that was stopped.

    srun ends the other process by SIGTERM.
    """
    wrong = ['--cfg-options', 'model.tracker.no_such_option=1']
    srun, log = start_job(
        'slurm_test.sh', 'wrong', *straight, '--work-dir', tmp_path, *wrong
    )
    assert srun.wait() == 1, log.read_text()
    assert 'error: model.tracker: JDETracker has no argument' in log.read_text()


def test_an_archive(slurm, run_tool, tmp_path):
    """Tasks of an array job track the videos of a folder as one process does."""
    videos = tmp_path / 'videos'
    videos.mkdir()
    for seed in range(3):
        scene = SyntheticScene(seed, 5, width=320, height=192, num_frames=8)
        writer = VideoWriter(videos / f'{seed}.mp4', 25)
        for image, _ in scene.frames():
            writer.write(image)
        writer.close()
    options = ['--model', 'fairmot_yolov5s_lite', '--device', 'cpu']
    settings = {'GPUS': '2', 'GPUS_PER_NODE': '0'}
    script = TOOLS / 'slurm_track_many.sh'
    subprocess.run(
        [script, 'local', 'archive', videos, '--out', tmp_path / 'out', *options],
        env=slurm | settings,
        check=True,
    )
    run_tool('track_many', videos, '--out', tmp_path / 'one', '--workers', 1, *options)
    for seed in range(3):
        one, many = (tmp_path / name / f'{seed}.txt' for name in ('one', 'out'))
        assert one.read_bytes() == many.read_bytes() != b''
