"""Make the virtual environment that the Makefile uses, with pinned dependencies.

    python3.11 tools/dev/set_up.py .venv [--rebuild-mmcv]

Run by `make setup` with any Python that is on the machine, so it needs only the
standard library. It may be interrupted anywhere and called again.
"""

from __future__ import annotations  # lets an old Python come as far as the message

import argparse
import csv
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    """Make the environment and prove that it works."""
    args = parse_args()
    if sys.version_info < (3, 11):
        fail(
            f'the pinned dependencies need Python 3.11 or newer, and {sys.executable} '
            f'is {sys.version.split()[0]}; name another: make PYTHON=python3.11'
        )
    venv = args.venv.absolute()
    python = make_venv(venv)
    forget_half_installed(venv)
    say('installing the pinned dependencies')
    # check_setup.py compiles what a run imports; for all of torch it takes a minute.
    pip = [str(python), '-m', 'pip', '--disable-pip-version-check', 'install']
    pip += ['--no-compile']
    run([*pip, '-r', 'requirements/lock.txt', '-r', 'requirements/dev.txt'])
    say('installing mmcv with its compiled operators')
    rebuild = ['--rebuild'] if args.rebuild_mmcv else []
    run_script(python, 'build_mmcv.py', *rebuild)
    say('installing fairmot_mm itself, as a link to this checkout')
    run([*pip, '-q', '--no-deps', '--no-build-isolation', '-e', '.'])
    run_script(python, 'check_setup.py')


def parse_args() -> argparse.Namespace:
    """The environment's folder, and whether a wheel of mmcv is good enough."""
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0], allow_abbrev=False
    )
    parser.add_argument('venv', type=Path, help='folder of the virtual environment')
    parser.add_argument(
        '--rebuild-mmcv',
        action='store_true',
        help='compile mmcv from its source even if it is installed or a wheel is found',
    )
    return parser.parse_args()


def make_venv(venv: Path) -> Path:
    """The interpreter of ``venv``, which is made unless it is complete."""
    python = venv / 'bin' / 'python'
    if python.exists() and works([str(python), '-m', 'pip', '--version']):
        return python
    for module in ('venv', 'ensurepip'):
        if importlib.util.find_spec(module) is None:
            version = '.'.join(map(str, sys.version_info[:2]))
            fail(
                f'{sys.executable} has no module {module}; on Debian and Ubuntu '
                f'`apt install python{version}-venv` brings it, or name another '
                'interpreter: make PYTHON=/path/to/python3.11'
            )
    # A folder that is not ours is never cleared.
    if venv.is_dir() and any(venv.iterdir()) and not (venv / 'pyvenv.cfg').exists():
        fail(
            f'{venv} exists and is no virtual environment; move it away or name '
            'another folder: make VENV=/path/to/folder'
        )
    say(f'making the virtual environment {venv}')
    run([sys.executable, '-m', 'venv', '--clear', str(venv)])
    return python


def forget_half_installed(venv: Path) -> None:
    """Remove the mark of installation where files are missing or cut short.

    That is what an interrupted pip leaves; without the mark, pip installs again.
    """
    for info in venv.glob('lib/python*/site-packages/*.dist-info'):
        if not is_whole(info):
            say(f'{info.stem} was left half installed and is installed again')
            shutil.rmtree(info)


def is_whole(info: Path) -> bool:
    """Whether every file that a distribution's RECORD lists is there in full."""
    record = info / 'RECORD'
    if not record.is_file():
        return False
    for name, _, size in csv.reader(record.read_text(encoding='utf-8').splitlines()):
        path = info.parent / name
        if name.endswith('.pyc'):
            continue
        if not path.is_file() or (size and path.stat().st_size != int(size)):
            return False
    return True


def works(command: list[str]) -> bool:
    """Whether a command succeeds; its output does not matter."""
    return subprocess.run(command, capture_output=True).returncode == 0


def run(command: list[str]) -> None:
    """Run a command in the checkout; end with its status when it fails."""
    if subprocess.run(command, cwd=ROOT).returncode:
        fail(f'this did not succeed, see above for the reason: {" ".join(command)}')


def run_script(python: Path, name: str, *arguments: str) -> None:
    """Run a script of this folder, which prints why it failed."""
    command = [str(python), str(Path(__file__).with_name(name)), *arguments]
    # Compiled files are kept, also where the shell asks Python not to: reading torch
    # without them takes three times as long, at every start.
    env = {**os.environ, 'PYTHONDONTWRITEBYTECODE': ''}
    returncode = subprocess.run(command, cwd=ROOT, env=env).returncode
    if returncode:
        sys.exit(returncode)


def say(message: str) -> None:
    """Tell what happens now; before the output of the command that does it."""
    print(f'fairmot_mm: {message}', flush=True)


def fail(message: str) -> None:
    """End with a message of one sentence."""
    sys.exit(f'fairmot_mm: {message}')


if __name__ == '__main__':
    # A path of another project must not hide what is missing here.
    os.environ.pop('PYTHONPATH', None)
    main()
