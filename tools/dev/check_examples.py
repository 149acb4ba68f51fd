"""Train, stop, kill and resume every example config in two processes without a GPU.

Each config of configs/examples/training runs as it is, with all of its options, on a
rendered street of a few frames: tools/dist_train.sh, SIGTERM, --resume, SIGKILL of one
process, --resume to the end. A config that needs a GPU or a package that is missing
must say so in one line.
"""

import argparse
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

from fairmot_mm.checkpoint.safe_loading import load_safely

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / 'configs/examples/training'
# Two iterations an epoch of two processes with four images each.
EPOCHS, FRAMES = 4, 16
REFUSED = {
    'amp-float16': 'only available training on gpu|needs a GPU',
    'sync-bn': 'needs GPUs',
    'wandb': 'pip install wandb',
    'mlflow': 'pip install mlflow',
}


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument('out', type=Path, help='folder for data and work dirs')
    parser.add_argument('names', nargs='*', help='examples; by default all of them')
    parser.add_argument(
        '--reid', type=Path, help='ONNX file of a Re-ID network, for distillation.py'
    )
    return parser.parse_args()


def make_data(folder: Path, reid: Path | None) -> None:
    """Render a street for training and one for validation; embed the people of one."""
    for name, frames in (('train', FRAMES), ('test', 4)):
        command = ['dataset_converters/make_synthetic.py', folder / name]
        command += ['--num-sequences', 1, '--num-frames', frames, '--size', 320, 192]
        call(*command)
    call('dataset_converters/mot_to_jde.py', folder / 'train', folder, 'synthetic')
    if reid:
        embed = 'dataset_converters/embed_with_teacher.py'
        call(embed, folder, 'synthetic.train', '--teacher', reid)


def call(tool: str, *args: object) -> None:
    """Run a tool to its end."""
    command = [sys.executable, ROOT / 'tools' / tool, *args]
    subprocess.run([*map(str, command)], check=True, stdout=subprocess.DEVNULL)


class Run:
    """A training of two processes.

    Args:
        name: Name of the example.
        folder: Folder with ``data``; the work dir is ``folder/name``.
        options: Further options of ``tools/train.py``.
    """

    def __init__(self, name: str, folder: Path, *options: str) -> None:
        self.work_dir = folder / name
        self.work_dir.mkdir(parents=True, exist_ok=True)
        number = len(list(self.work_dir.glob('*.out')))
        self.log = self.work_dir / f'{number}.out'
        command = [ROOT / 'tools/dist_train.sh', EXAMPLES / f'{name}.py', '2']
        command += ['--work-dir', self.work_dir, *options, '--cfg-options']
        command += [f'data_root={folder}/data', f'train_cfg.max_epochs={EPOCHS}']
        command += ['train_cfg.val_interval=1', 'load_from=None']
        # torchrun waits 30 seconds after SIGTERM; without a GPU an iteration is slow.
        command += ['default_hooks.flag_exchange.interval=1']
        with self.log.open('w') as file:
            self.process = subprocess.Popen(
                [*map(str, command)],
                stdout=file,
                stderr=subprocess.STDOUT,
                env={**os.environ, 'PYTHON': sys.executable, 'OMP_NUM_THREADS': '1'},
            )

    def wait_for(self, text: str) -> None:
        """Wait until the log has a text."""
        while text not in self.log.read_text():
            if self.process.poll() is not None:
                raise SystemExit(f'{self.log} ended without {text!r}')
            time.sleep(0.2)

    def end(self) -> int:
        """Wait for the end; give the status."""
        return self.process.wait()

    def kill_one(self) -> None:
        """Kill a process of the training."""
        (torchrun,) = children(self.process.pid)
        os.kill(children(torchrun)[-1], signal.SIGKILL)


def children(process: int) -> list[int]:
    """Numbers of the processes that a process started."""
    text = Path(f'/proc/{process}/task/{process}/children').read_text()
    return [*map(int, text.split())]


def check(name: str, folder: Path) -> str:
    """Run an example; give what was seen."""
    started = time.monotonic()
    run = Run(name, folder)
    if name in REFUSED:
        status, text = run.end(), run.log.read_text()
        lines = re.findall(r'(?m)^error: .*$', text)
        if status and lines and re.search(REFUSED[name], lines[0]):
            return f'refused: {lines[0]}'
        if status:
            raise SystemExit(f'{run.log}: status {status} without the expected line')
        return 'trained to the end'
    run.wait_for('Epoch(train) [1]')
    run.process.send_signal(signal.SIGTERM)
    if run.end() != 128 + signal.SIGTERM:
        raise SystemExit(f'{run.log}: status {run.process.returncode} after SIGTERM')
    stopped = re.findall(r'SIGTERM: (iter_\d+\.pth) is saved', run.log.read_text())
    if not stopped:
        raise SystemExit(f'{run.log}: nothing was saved within 30 seconds of SIGTERM')
    run = Run(name, folder, '--resume')
    run.wait_for('Epoch(train) [')
    run.kill_one()
    killed = run.end()
    if killed == 0:
        raise SystemExit(f'{run.log}: status 0 after SIGKILL')
    first = resumed(run)
    run = Run(name, folder, '--resume')
    if run.end():
        raise SystemExit(f'{run.log}: status {run.process.returncode}')
    last = max(run.work_dir.glob('epoch_*.pth'), key=lambda path: path.stem)
    weights = load_safely(last)
    if not all(value.isfinite().all() for value in weights['state_dict'].values()):
        raise SystemExit(f'{last}: weights that are not finite')
    best = [path.name for path in run.work_dir.glob('best_*.pth')]
    return (
        f'SIGTERM saved {stopped[0]}, resumed at {first}; after SIGKILL (status '
        f'{killed}) resumed at {resumed(run)}; ended with {last.name}, iteration '
        f'{weights["meta"]["iter"]}, {" ".join(best)}; '
        f'{time.monotonic() - started:.0f} s'
    )


def resumed(run: Run) -> str:
    """Where a run was resumed, by its log."""
    return re.findall(r'resumed (epoch: \d+, iter: \d+)', run.log.read_text())[0]


def main() -> None:
    """Run the tool."""
    args = parse_args()
    names = args.names or sorted(path.stem for path in EXAMPLES.glob('*.py'))
    if 'distillation' in names and not args.reid:
        raise SystemExit('error: the example distillation needs --reid FILE')
    folder = args.out.absolute()
    if not (folder / 'data').exists():
        make_data(folder / 'data', args.reid)
    for name in names:
        print(f'{name}: {check(name, folder)}', flush=True)


if __name__ == '__main__':
    main()
