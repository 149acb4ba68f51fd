"""What a process needs to run a tool of this project in a test, also as one of many."""

import importlib.util
import os
import signal
import subprocess
import sys
import time
import traceback
from pathlib import Path

import mmengine.config.config
import pytest
import torch
from mmcv.transforms import BaseTransform
from mmengine.hooks import Hook

from fairmot_mm.datasets import SeededSampler
from fairmot_mm.registry import DATA_SAMPLERS, HOOKS, TRANSFORMS

ROOT = Path(__file__).parents[2]


@DATA_SAMPLERS.register_module(force=True)
class AsTwoRanks(SeededSampler):
    """Pairs of batches of two: what rank 0, then what rank 1 would get in a step."""

    def __iter__(self):
        indices = [*super().__iter__()]
        for start in range(0, len(indices), 4):
            step = indices[start : start + 4]
            yield from step[::2] + step[1::2]


@HOOKS.register_module(force=True)
class SignalHook(Hook):
    """Sends a signal to the process of a rank (or of all) in an iteration."""

    def __init__(self, number, at_iter, rank=None):
        self.number, self.at_iter, self.rank = number, at_iter, rank

    def after_train_iter(self, runner, **kwargs):
        if runner.iter == self.at_iter and self.rank in (None, runner.rank):
            os.kill(os.getpid(), self.number)


@HOOKS.register_module(force=True)
class StopWhileWorkersStart(Hook):
    """Sends a signal to a process and to its worker while the worker is starting.

    Args:
        moment: Method of a hook after which a data loader starts its worker slowly.
        epoch: Number of the epoch, from 0.
        number: Number of the signal.
        rank: The process that it is sent to.
        folder: Where the worker notes that it is starting.
    """

    def __init__(self, moment, epoch, number, rank, folder):
        self.epoch, self.number, self.rank = epoch, number, rank
        self.started = Path(folder) / 'started'
        setattr(self, moment, self.begin)

    def begin(self, runner):
        if (runner.epoch, runner.rank) != (self.epoch, self.rank):
            return
        # torch calls it in a worker before anything of a user.
        worker_starts = torch.set_num_threads
        own = os.getpid()

        def start_slowly(num_threads):
            if os.getpid() != own:
                self.started.write_text(f'{os.getpid()}\n')
                time.sleep(0.5)
            worker_starts(num_threads)

        torch.set_num_threads = start_slowly
        script = (
            f'while [ ! -s {self.started} ]; do sleep 0.02; done; '
            f'kill -{self.number} $(cat {self.started}) {own}'
        )
        subprocess.Popen(['sh', '-c', script])


@TRANSFORMS.register_module(force=True)
class SpoilImage(BaseTransform):
    """Makes the images real numbers; the fourth has a NaN."""

    def transform(self, results):
        results['inputs'] = results['inputs'].float()
        if '000004' in results['data_samples'].img_path:
            results['inputs'][0, 0, 0] = torch.nan
        return results


@TRANSFORMS.register_module(force=True)
class KillWorker(BaseTransform):
    """Kills the process that loads an image again, as a system out of memory does."""

    loaded = 0

    def transform(self, results):
        self.loaded += results['img_id'] == 3
        if self.loaded == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        return results


def keep_layout(text, **_):
    """Stands for yapf's formatting of configs, half the time of a short training."""
    return text, False


def load_tool(path):
    """The command that a file of tools/ runs; the demo is its own."""
    if (ROOT / 'fairmot_mm' / 'commands' / path.name).exists():
        return importlib.import_module(f'fairmot_mm.commands.{path.stem}')
    spec = importlib.util.spec_from_file_location(f'{path.stem}_tool', path)
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    return tool


def run_tool(name, *args, local_rank='0'):
    """Run tools/NAME.py in this process as the command line would."""
    path = ROOT / 'tools' / f'{name}.py'
    tool = load_tool(path)
    num_threads = torch.get_num_threads()
    torch.set_num_threads(1)  # sums depend on it
    with pytest.MonkeyPatch.context() as patch:
        if local_rank is not None:
            patch.setenv('LOCAL_RANK', local_rank)
        patch.setattr(sys, 'argv', [path.name, *map(str, args)])
        # mmengine imports it with its module, the fork when it is used.
        patch.setattr(mmengine.config.config, 'FormatCode', keep_layout, raising=False)
        patch.setattr('yapf.yapflib.yapf_api.FormatCode', keep_layout)
        try:
            tool.main()
        finally:
            torch.set_num_threads(num_threads)


def run_rank(log, variables, name, args):
    """Run a tool as one of several processes, and end this one with its status."""
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
