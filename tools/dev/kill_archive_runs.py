"""Kill workers and drivers of `fairmot track-many` at random moments.

    python tools/dev/kill_archive_runs.py VIDEOS FOLDER --engine local --kills 10

VIDEOS is a folder of short videos. They are tracked once without a kill, then with
kills of a worker, then with kills of the driver (kill -9 each). After every kill, each
result that has its name must be complete; in the end, all must be there with the same
bytes, none lost and none twice. What follows -- are options of track-many. The last
line is `all equal`, or the first difference.
"""

import argparse
import json
import random
import shlex
import subprocess
import sys
import time
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]
WORKER_WORDS = ('spawn_main', 'ray::JobRunner')


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split('\n\n')[0])
    parser.add_argument('videos', type=Path)
    parser.add_argument('folder', type=Path)
    parser.add_argument('--engine', choices=['local', 'ray'], default='local')
    parser.add_argument('--workers', type=int, default=2)
    parser.add_argument('--kills', type=int, default=10)
    parser.add_argument('--longest', type=float, default=30, help='seconds')
    parser.add_argument('--seed', type=int, default=0)
    own, _, options = ' '.join(map(shlex.quote, sys.argv[1:])).partition(' -- ')
    args = parser.parse_args(shlex.split(own))
    args.options = shlex.split(options)
    return args


def start(args: argparse.Namespace, out: Path) -> subprocess.Popen:
    """Start a run; it goes on where an earlier one was killed."""
    tool = ROOT / 'tools' / 'track_many.py'
    command = [sys.executable, tool, args.videos, '--out', out, *args.options]
    command += ['--engine', args.engine, '--workers', args.workers]
    log = (args.folder / f'{out.name}.log').open('a')
    return subprocess.Popen([*map(str, command)], stdout=log, stderr=log)


def workers_of(driver: subprocess.Popen) -> list[psutil.Process]:
    """The worker processes of a run."""
    found = []
    for process in psutil.Process(driver.pid).children(recursive=True):
        try:
            words = ' '.join(process.cmdline())
        except psutil.Error:
            continue
        if any(word in words for word in WORKER_WORDS):
            found.append(process)
    return found


def check(out: Path, expected: dict[str, bytes], in_the_end: bool) -> None:
    """Compare the results that have their names with those of the plain run."""
    found = {
        path.name: path.read_bytes()
        for path in out.glob('*.txt')
        if path.name != 'summary.txt'
    }
    for name, content in found.items():
        if content != expected.get(name):
            sys.exit(f'{out / name} differs from the plain run')
    if not in_the_end:
        return
    records = [json.loads(path.read_text()) for path in out.glob('records/*.json')]
    done = sorted(f'{r["name"]}.txt' for r in records if r['state'] == 'done')
    if done != sorted(expected) or {*found} != {*expected}:
        sys.exit(
            f'{out}: {len(found)} results, {len(done)} records, {len(expected)} due'
        )
    if left := [*out.rglob('.*.part')]:
        sys.exit(f'{left[0]} was left behind')


def kill_workers(args: argparse.Namespace, rng: random.Random) -> Path:
    """Kill a worker at a random moment until there were enough kills."""
    kills = 0
    for run in range(args.kills + 1):
        out = args.folder / f'{args.engine}-workers-{run}'
        driver = start(args, out)
        while driver.poll() is None and kills < args.kills:
            time.sleep(rng.uniform(2, args.longest))
            workers = workers_of(driver) if driver.poll() is None else []
            if workers:
                rng.choice(workers).kill()
                kills += 1
                print(f'worker kill {kills}, {len([*out.glob("*.txt")])} results')
        if driver.wait():
            sys.exit(f'the run of {out} has failed')
        check(out, args.expected, in_the_end=True)
        if kills >= args.kills:
            break
    return out


def kill_drivers(args: argparse.Namespace, rng: random.Random) -> None:
    """Kill the driver at random moments, and start it again each time."""
    kills, run = 0, 0
    while kills < args.kills:
        out = args.folder / f'{args.engine}-drivers-{run}'
        run += 1
        while True:
            driver = start(args, out)
            moment = rng.uniform(2, args.longest)
            try:
                if driver.wait(moment if kills < args.kills else None):
                    sys.exit(f'the run of {out} has failed')
                break
            except subprocess.TimeoutExpired:
                driver.kill()
                driver.wait()
                kills += 1
                check(out, args.expected, in_the_end=False)
                print(f'driver kill {kills}, {len([*out.glob("*.txt")])} results')
        check(out, args.expected, in_the_end=True)


def main() -> None:
    """Run the tool."""
    args = parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(args.seed)
    plain = args.folder / f'{args.engine}-plain'
    begin = time.perf_counter()
    if start(args, plain).wait():
        sys.exit(f'the plain run has failed: see {plain}.log')
    print(f'plain run: {time.perf_counter() - begin:.1f} s')
    args.expected = {
        path.name: path.read_bytes()
        for path in plain.glob('*.txt')
        if path.name != 'summary.txt'
    }
    kill_workers(args, rng)
    kill_drivers(args, rng)
    print(f'all equal: {len(args.expected)} results')


if __name__ == '__main__':
    main()
