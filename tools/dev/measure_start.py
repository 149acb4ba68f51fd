"""Measure the processor seconds until a command answers, or has its first result.

    python tools/dev/measure_start.py                    # this checkout
    python tools/dev/measure_start.py --before CHECKOUT  # and another one, in turn
    python tools/dev/measure_start.py --where            # what the first frame needs

The first result of `track` and `test` is the first tracked frame of the light model;
that of `train` is the first iteration of a small network. All run on a rendered street,
in one thread, with compiled bytecode.
"""

import argparse
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CONFIGS = 'configs/fairmot'  # in each checkout
NO_WORKERS = ('num_workers=0', 'persistent_workers=False')

# Runs a command of fairmot_mm until its first result, and prints what was imported.
UNTIL_FIRST = """
import os, sys
from importlib import import_module
from fairmot_mm.apis.run import Run
from mmengine.runner import Runner

def ends(function, *names):
    def wrapper(*args, **kwargs):
        result = function(*args, **kwargs)
        if not names or args[1] in names:
            print(*sys.modules, flush=True)
            os._exit(0)
        return result
    return wrapper

Run.__next__ = ends(Run.__next__)
Runner.call_hook = ends(Runner.call_hook, 'after_train_iter', 'after_test_iter')
sys.argv = sys.argv[1:]
import_module(f'fairmot_mm.commands.{sys.argv[0]}').main()
"""
# Prints the processor seconds of the parts of `fairmot track`.
PARTS = """
import sys, time
times = [time.process_time()]
import torch
times.append(time.process_time())
import fairmot_mm.actions.track
times.append(time.process_time())
from fairmot_mm.apis import TrackInferencer
inferencer = TrackInferencer(threads=False)
times.append(time.process_time())
next(inferencer(sys.argv[1]))
times.append(time.process_time())
print(*times)
"""
PART_NAMES = ('Python', 'torch', 'other imports', 'config, model, weights', 'frame')


def main() -> None:
    """Print the table."""
    args = parse_args()
    os.environ.update(OMP_NUM_THREADS='1', PYTHONDONTWRITEBYTECODE='')
    with tempfile.TemporaryDirectory() as folder:
        make_street(Path(folder))
        if args.where:
            print_parts(next(Path(folder).glob('test/*/img1')), args.rounds)
            return
        trees = {'after' if args.before else 'processor seconds': ROOT}
        if args.before:
            trees = {'before': args.before.resolve(), **trees}
        print(f'| | {" | ".join(trees)} |')
        print('|---' * (len(trees) + 1) + '|')
        for name, command in commands(Path(folder)).items():
            times = measure_in_turn(command, list(trees.values()), args.rounds)
            cells = [f'{statistics.median(one):.2f}' for one in times]
            print(f'| {name} | {" | ".join(cells)} |', flush=True)


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__.split('\n\n')[0], allow_abbrev=False
    )
    parser.add_argument(
        '--before', type=Path, metavar='CHECKOUT', help='another checkout to compare'
    )
    parser.add_argument(
        '--where', action='store_true', help='show what the first frame needs instead'
    )
    parser.add_argument(
        '--rounds', type=int, default=3, help='runs of each, after one more (3)'
    )
    return parser.parse_args()


def make_street(folder: Path) -> None:
    """Render four frames, and make the labels that a training reads."""
    video = str(folder / 'test')
    size = ['--num-sequences', '1', '--num-frames', '4', '--size', '320', '192']
    run(['-m', 'fairmot_mm', 'make-synthetic', video, *size], ROOT)
    run(['-m', 'fairmot_mm', 'convert', 'mot', video, str(folder), 'synthetic'], ROOT)


def commands(folder: Path) -> dict[str, list[str]]:
    """What is measured: arguments of Python, by the name in the table."""
    small = f'{CONFIGS}/fairmot_dla34-conv-small_1xb4-10e_synthetic.py'
    light = f'{CONFIGS}/fairmot_yolov5s-lite_1xb8-14e_street.py'
    weights = 'fairmot_mm/model_zoo/fairmot_yolov5s-lite.pth'
    video = next(folder.glob('test/*/img1'))
    sequence = f'test_dataloader.dataset.sequences=[{video.parent.name}]'
    dirs = ['--work-dir', str(folder / 'work')]

    def options(loader: str) -> list[str]:
        data = f'data_root={folder}', f'video_root={folder}/test'
        return ['--cfg-options', *data, *(f'{loader}.{each}' for each in NO_WORKERS)]

    first = {
        'track': ['track', str(video), '--out', str(folder / 'out'), '--overwrite'],
        'test': ['test', light, weights, *dirs, *options('test_dataloader'), sequence],
        'train': ['train', small, *dirs, *options('train_dataloader')],
    }
    wrong = {
        'track': ['gone.mp4'],
        'test': ['gone.py', 'gone.pth'],
        'train': ['gone.py'],
    }
    found = {}
    for name, arguments in first.items():
        module = f'fairmot_mm.commands.{name}'
        call = f'import {module} as command; command.main()'
        found[f'`{name}.py --help`'] = ['-c', call, '--help']
        found[f'`{name}.py`, missing file'] = ['-c', call, *wrong[name]]
        result = 'iteration' if name == 'train' else 'frame'
        found[f'`{name}.py`, first {result}'] = ['-c', UNTIL_FIRST, *arguments]
    return found


def measure_in_turn(
    command: list[str], trees: list[Path], rounds: int
) -> list[list[float]]:
    """Processor seconds of a command in each checkout; the first round compiles."""
    times: list[list[float]] = [[] for _ in trees]
    for number in range(rounds + 1):
        for tree, seconds in zip(trees, times, strict=True):
            before = processor_seconds()
            run(command, tree)
            if number:
                seconds.append(processor_seconds() - before)
    return times


def processor_seconds() -> float:
    """Of all processes that this one has started and that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def run(arguments: list[str], tree: Path) -> subprocess.CompletedProcess:
    """Run Python with the package of a checkout.

    Raises:
        SystemExit: The command failed without saying why in one line.
    """
    done = subprocess.run(
        [sys.executable, '-W', 'ignore', *arguments],
        capture_output=True,
        text=True,
        cwd=tree,  # `python -c` looks there first
        env={**os.environ, 'PYTHONPATH': str(tree)},
    )
    is_mistake = done.stderr.startswith('error: ') and 'gone' in done.stderr
    if done.returncode and not is_mistake:
        sys.exit(f'{tree}: {" ".join(arguments)} failed:\n{done.stderr}')
    return done


def print_parts(video: Path, rounds: int) -> None:
    """Print the seconds of each part of the first frame, and of the imports."""
    runs = [run(['-c', PARTS, str(video)], ROOT).stdout for _ in range(rounds + 1)]
    times = [[float(each) for each in printed.split()] for printed in runs[1:]]
    times = [[0.0, *one] for one in times]
    print('| part | processor seconds |\n|---|---|')
    for place, name in enumerate(PART_NAMES):
        spent = statistics.median(one[place + 1] - one[place] for one in times)
        print(f'| {name} | {spent:.2f} |')
    log = run(['-X', 'importtime', '-c', PARTS, str(video)], ROOT).stderr
    packages: Counter[str] = Counter()
    for own, module in re.findall(r'import time: +(\d+) \|.*\| +([\w.]+)', log):
        packages[module.split('.')[0]] += int(own)
    print('\n| import of the files of | share of the time of all imports |\n|---|---|')
    for package, spent in packages.most_common(10):
        print(f'| {package} | {spent / packages.total():.0%} |')


if __name__ == '__main__':
    main()
