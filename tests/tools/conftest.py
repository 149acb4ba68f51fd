import importlib.util
import itertools
import json
import multiprocessing
import os
import shutil
import socket
import sys
import traceback
from pathlib import Path

import pytest
import torch

from fairmot_mm.datasets import SeededSampler
from fairmot_mm.datasets.converters import convert_mot
from fairmot_mm.registry import DATA_SAMPLERS
from fairmot_mm.synthetic import SyntheticScene, write_sequence

ROOT = Path(__file__).parents[2]
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


@DATA_SAMPLERS.register_module(force=True)
class AsTwoRanks(SeededSampler):
    """Pairs of batches of two: what rank 0, then what rank 1 would get in a step."""

    def __iter__(self):
        indices = [*super().__iter__()]
        for start in range(0, len(indices), 4):
            step = indices[start : start + 4]
            yield from step[::2] + step[1::2]


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

    def run(name, *args, local_rank='0'):
        path = ROOT / 'tools' / f'{name}.py'
        spec = importlib.util.spec_from_file_location(f'{name}_tool', path)
        tool = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(tool)
        num_threads = torch.get_num_threads()
        torch.set_num_threads(1)  # sums depend on it
        with pytest.MonkeyPatch.context() as patch:
            if local_rank is not None:
                patch.setenv('LOCAL_RANK', local_rank)
            patch.setattr(sys, 'argv', [path.name, *map(str, args)])
            try:
                tool.main()
            finally:
                torch.set_num_threads(num_threads)

    return run


@pytest.fixture(scope='session')
def start_ranks(run_tool, tmp_path_factory):
    """Start a tool in several processes as torchrun would.

    They are forks of this one: a fresh interpreter takes seconds to import torch. Gives
    the processes and the files of what they print.
    """

    def rank_main(log, variables, name, args):
        with log.open('w') as file:
            os.dup2(file.fileno(), 1)
            os.dup2(file.fileno(), 2)
        sys.stdout, sys.stderr = open(1, 'w', 1), open(2, 'w', 1)  # noqa: SIM115
        os.environ.update(variables)
        try:
            run_tool(name, *args, '--launcher', 'pytorch', local_rank=None)
            code = 0
        except SystemExit as ended:
            code = ended.code
            if isinstance(code, str):
                print(code, file=sys.stderr)
                code = 1
        except BaseException:
            traceback.print_exc()
            code = 1
        os._exit(code or 0)

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
            process = multiprocessing.get_context('fork').Process(
                target=rank_main, args=(logs[-1], variables, name, args)
            )
            process.start()
            processes.append(process)
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
