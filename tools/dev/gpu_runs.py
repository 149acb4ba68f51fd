"""Short runs of tools/train.py, for tools/dev/gpu_check.py."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import torch

from fairmot_mm.datasets.converters import convert_mot
from fairmot_mm.synthetic import SyntheticScene, write_sequence

ROOT = Path(__file__).resolve().parents[2]
PARTIAL = dict(type='PartialClassifier', sample_ratio=0.5, sparse_grad=True)
HOOKS = {
    'ema': "dict(type='EMAHook', ema_type='ExpMomentumEMA', priority=49)",
    'pictures': "dict(type='SampleVisualizationHook', interval=2)",
    'channels-last': "dict(type='ChannelsLastHook')",
    'compile': "dict(type='CompileNetworkHook', dynamic=False)",
}


class SkippedError(Exception):
    """The machine cannot run a check; the reason is the message."""


class Runs:
    """Short runs of tools/train.py on a rendered sequence."""

    def __init__(self, device: str, folder: Path) -> None:
        self.device, self.folder = device, folder
        scene = SyntheticScene(0, 5, width=192, height=128, num_frames=8)
        write_sequence(folder / 'mot' / 'a', scene)
        convert_mot(folder / 'mot', folder / 'jde', 'street')
        network = 'dla34' if device == 'cuda' else 'dla34-conv-small'
        parts = (
            *(f'models/fairmot_{network}', 'datasets/jde_320x192'),
            *('schedules/adam_cpu_10e', 'default_runtime'),
        )
        bases = [str(ROOT / f'configs/_base_/{part}.py') for part in parts]
        self.base = f"""_base_ = {bases}
input_size = (192, 128)
data_root = '{folder}/jde'
train_dataloader = dict(
    batch_size=2, num_workers=2, dataset=dict(ann_files=['street.train'])
)
val_dataloader = dict(dataset=dict(data_root='{folder}/mot'))
test_dataloader = dict(dataset=dict(data_root='{folder}/mot'))
train_cfg = dict(max_epochs=2, val_interval=1)
"""

    def train(
        self,
        name: str,
        lines: str = '',
        *options: str,
        ranks: int = 0,
        gpu: bool = False,
    ) -> tuple[str, bool]:
        """Train by a config with further lines; the last line that was printed."""
        if gpu and self.device != 'cuda':
            raise SkippedError('needs a GPU')
        config = self.folder / f'{name}.py'
        config.write_text(self.base + lines)
        launch = ['-m', 'torch.distributed.run', '--standalone']
        launch = [*launch, f'--nproc-per-node={ranks}'] if ranks else []
        command = [
            *(sys.executable, *launch, str(ROOT / 'tools/train.py'), str(config)),
            *('--work-dir', str(self.folder / name), *options),
            *(['--launcher', 'pytorch'] if ranks else []),
        ]
        environment = {
            **os.environ,
            'PYTHONPATH': os.pathsep.join(
                [str(ROOT), os.environ.get('PYTHONPATH', '')]
            ),
            'CUBLAS_WORKSPACE_CONFIG': ':4096:8',
        }
        if self.device == 'cpu':
            environment['CUDA_VISIBLE_DEVICES'] = ''
        done = subprocess.run(
            command, capture_output=True, text=True, env=environment, check=False
        )
        printed = (done.stdout + done.stderr).strip().splitlines() or ['']
        return f'status {done.returncode}: {printed[-1][:160]}', done.returncode == 0

    def all(self) -> Iterator[tuple[str, Callable[[], tuple[str, bool]]]]:
        """The runs that may go side by side, by name."""
        ema = _hooks('ema', 'pictures')
        last, compiled = _hooks('channels-last'), _hooks('compile')
        part = (
            f'model = dict(detector=dict(reid_head=dict(classifier_cfg={PARTIAL})))\n'
            "optim_wrapper = dict(optimizer=dict(type='RowAdam'))\n"
        )
        fixed = 'randomness = dict(seed=1, deterministic=True)\n'
        yield 'ema, pictures', lambda: self.train('ema', ema)
        yield (
            'bfloat16, channels-last',
            lambda: self.train('bf16', last, '--amp', 'bfloat16'),
        )
        yield 'partial classifier', lambda: self.train('partial', part)
        yield (
            'float16, channels-last',
            lambda: self.train('fp16', last, '--amp', gpu=True),
        )
        yield 'compile', lambda: self.train('compile', compiled, gpu=True)
        # torch has no ordered kernel for some operations, and says so.
        yield 'deterministic', lambda: self.train('fixed', fixed, gpu=True)

    def resume(self) -> tuple[str, bool]:
        """Continue the first of them for an epoch."""
        lines = _hooks('ema', 'pictures') + 'train_cfg = dict(max_epochs=3)\n'
        return self.train('ema', lines, '--resume')

    def several_processes(self) -> tuple[str, bool]:
        """NCCL on all GPUs, gloo with two processes on a CPU."""
        if self.device == 'cpu':
            return self.train('gloo', ranks=2)
        lines = "sync_bn = 'torch'\n"
        return self.train('nccl', lines, ranks=torch.cuda.device_count())


def _hooks(*names: str) -> str:
    return f'custom_hooks = [{", ".join(HOOKS[name] for name in names)}]\n'
