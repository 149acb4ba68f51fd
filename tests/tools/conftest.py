import importlib.util
import itertools
import json
import shutil
import socket
from functools import partial
from pathlib import Path

import pytest
import torch

from fairmot_mm.datasets.converters import convert_mot
from fairmot_mm.synthetic import SyntheticScene, write_sequence
from fairmot_mm.utils.engines.worker_spec import JobRunner

ROOT = Path(__file__).parents[2]
TOOL_RUNS = Path(__file__).with_name('tool_runs.py')
# The small network at half its width again, 96x64 pixels, four iterations an epoch.
TINY = """
_base_ = {bases}
input_size = (96, 64)
train_pipeline = _base_.train_pipeline
model = dict(
    detector=dict(
        backbone=dict(base_channels=4),
        neck=dict(in_channels=[16, 32, 64, 128]),
        bbox_head=dict(in_channels=16, feat_channels=16),
        reid_head=dict(in_channels=16, feat_channels=16, embed_dims=16),
    )
)
train_dataloader = dict(
    batch_size=2,
    num_workers={num_workers},
    persistent_workers={num_workers} > 0,
    dataset=dict(data_root='{data}/jde', ann_files=['street.train']),
)
val_dataloader = dict(
    num_workers=0,
    persistent_workers=False,
    dataset=dict(data_root='{data}/mot', sequences=['b']),
)
test_dataloader = val_dataloader
train_cfg = dict(max_epochs=3, val_interval=1)
# That of ten epochs, so that runs of any length are beginnings of the same one.
param_scheduler = [
    {{**one, 'total_steps': 10}} if 'total_steps' in one else one
    for one in _base_.param_scheduler
]
default_hooks = dict(logger=dict(interval=1))
"""
BASES = [
    str(ROOT / 'configs/_base_' / name)
    for name in (
        'models/fairmot_dla34-conv-small.py',
        'datasets/jde_320x192.py',
        'schedules/adam_cpu_10e.py',
        'default_runtime.py',
    )
]


def load_tool_runs():
    """Tests are no package; this also registers the components that they use."""
    spec = importlib.util.spec_from_file_location('tool_runs', TOOL_RUNS)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


tool_runs = load_tool_runs()


@pytest.fixture(scope='session')
def street(tmp_path_factory):
    """Two synthetic sequences and the training list of the first, 8 frames."""
    root = tmp_path_factory.mktemp('street')
    for seed, (name, num_frames) in enumerate([('a', 8), ('b', 4)]):
        scene = SyntheticScene(seed, 5, width=192, height=128, num_frames=num_frames)
        write_sequence(root / 'mot' / name, scene)
    convert_mot(root / 'mot', root / 'jde', 'street', sequences=['a'])
    return root


@pytest.fixture
def damaged(street, tmp_path):
    """A copy of the data to damage."""
    return Path(shutil.copytree(street, tmp_path / 'street'))


@pytest.fixture(scope='session')
def make_config(street, tmp_path_factory):
    """Write the tiny config, plus further lines; every file has a name of its own.

    The name is that of the run in mmengine, which would mix two runs of one process
    that start in the same second.
    """
    numbers = itertools.count()
    folder = tmp_path_factory.mktemp('configs')

    def make(extra='', data=street, num_workers=0, bases=BASES):
        path = folder / f'tiny{next(numbers)}.py'
        base = TINY.format(bases=repr(bases), data=data, num_workers=num_workers)
        path.write_text(base + extra)
        return path

    make.data = street
    return make


@pytest.fixture(scope='session')
def run_tool():
    """Run tools/NAME.py in this process as the command line would."""
    return tool_runs.run_tool


@pytest.fixture(scope='session')
def start_tool(start_process):
    """Start tools/NAME.py in a process of its own."""
    return partial(start_process, TOOL_RUNS, 'run_tool')


@pytest.fixture(scope='session')
def start_ranks(start_process, tmp_path_factory):
    """Start a tool in several processes as torchrun would.

    Gives the processes and the files of what they print.
    """

    def start(num_ranks, name, *args):
        folder = tmp_path_factory.mktemp('ranks')
        with socket.socket() as free:
            free.bind(('127.0.0.1', 0))
            port = str(free.getsockname()[1])
        shared = dict(MASTER_ADDR='127.0.0.1', MASTER_PORT=port)
        shared['WORLD_SIZE'] = str(num_ranks)
        processes, logs = [], []
        for rank in range(num_ranks):
            variables = shared | dict(RANK=str(rank), LOCAL_RANK=str(rank))
            logs.append(folder / str(rank))
            processes.append(
                start_process(TOOL_RUNS, 'run_rank', logs[-1], variables, name, args)
            )
        return processes, logs

    return start


@pytest.fixture(scope='session')
def run_ranks(start_ranks):
    """Run a tool in several processes to its end; gives what rank 0 printed."""

    def run(num_ranks, name, *args):
        processes, logs = start_ranks(num_ranks, name, *args)
        for process in processes:
            process.join()
        printed = [log.read_text() for log in logs]
        assert [process.exitcode for process in processes] == [0] * num_ranks, printed
        return printed[0]

    return run


@pytest.fixture(scope='session')
def trained(run_tool, make_config, tmp_path_factory):
    """Config and work dir of three epochs of training without interruption."""
    config = make_config(num_workers=2)
    work_dir = tmp_path_factory.mktemp('trained')
    run_tool('train', config, '--work-dir', work_dir)
    return config, work_dir


@pytest.fixture(scope='session')
def make_sure():
    """Copy a checkpoint, changed so that people are found everywhere."""

    def make(checkpoint, folder):
        content = torch.load(checkpoint, weights_only=True)
        weights = content['state_dict']
        for branch, bias in (('heatmap', 5.0), ('size', 3.0)):
            prefix = f'detector.bbox_head.{branch}.'
            names = [n for n in weights if n.startswith(prefix) and 'bias' in n]
            weights[names[-1]].fill_(bias)
        torch.save(content, folder / 'sure.pth')
        return folder / 'sure.pth'

    return make


@pytest.fixture(scope='session')
def read_scalars():
    """Logged values of the newest run of a work dir, by phase and step."""

    def read(work_dir):
        newest = max(work_dir.glob('*/vis_data/scalars.json'))
        entries = {}
        for line in newest.read_text().splitlines():
            values = json.loads(line)
            phase = 'train' if 'loss' in values else 'val'
            for varying in ('time', 'data_time', 'host_memory'):
                values.pop(varying, None)
            entries[phase, values['step']] = values
        return entries

    return read


@pytest.fixture
def in_this_process(monkeypatch):
    """Let the engine of a module of actions do its jobs here; gives the jobs done."""
    done = []

    class OneProcess:
        num_workers = 1

        def __init__(self, spec):
            self.runner, self.jobs = JobRunner(spec), []

        def submit(self, job):
            self.jobs.append(job)

        def finished(self):
            for job in reversed(self.jobs):  # in another order than they came
                done.append(job)
                yield self.runner.run(json.loads(json.dumps(job)))

        def close(self):
            pass

    def replace(module):
        monkeypatch.setattr(
            module, 'start_engine', lambda args, folder, spec: OneProcess(spec)
        )
        return done

    return replace
