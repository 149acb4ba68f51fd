"""Install mmcv with its compiled operators into the environment that runs this file.

    .venv/bin/python tools/dev/build_mmcv.py [--rebuild]

pip takes a wheel where it finds one (--find-links, PIP_FIND_LINKS, its cache), else it
compiles mmcv's source against the installed torch, which takes many minutes: one line
is printed for each file, the rest goes to mmcv-build.log in the environment's folder.
"""

import argparse
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT))  # the package is not installed yet; this needs no other
from fairmot_mm.utils.threads import available_cores  # noqa: E402

GIB = 2**30
MEMORY_PER_JOB = 2 * GIB  # what the compiler needs for one file that includes torch.h
PIP_STEPS = ('Collecting', 'Downloading', 'Processing', 'Building', 'Successfully')
# ninja -v: '[12/141] c++ ... -c /a/b/nms.cpp -o ...'
COMPILED = re.compile(r'\[(\d+)/(\d+)\] .* -c \S*?([^/\s]+\.(?:cpp|cu|mm))\s')
FAILURE = re.compile(r'error:|not found|Killed|fatal', re.IGNORECASE)


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0], allow_abbrev=False
    )
    parser.add_argument(
        '--rebuild',
        action='store_true',
        help='compile the source even if mmcv is installed or a wheel is found',
    )
    return parser.parse_args()


def main() -> None:
    """Run pip with the environment that mmcv's build needs, and show progress."""
    args = parse_args()
    anew = ['--force-reinstall', '--no-binary=mmcv', '--no-cache-dir']
    pip = [sys.executable, '-m', 'pip', '--disable-pip-version-check', 'install', '-v']
    pip += ['--no-deps', '--no-build-isolation', '-r', 'requirements/mmcv.txt']
    pip += anew if args.rebuild else []
    log = Path(sys.prefix) / 'mmcv-build.log'
    # In the environment: the header has 430 MB, too many for some /tmp.
    with tempfile.TemporaryDirectory(prefix='mmcv-build-', dir=sys.prefix) as folder:
        env = build_environment()
        if compiler := precompiling_compiler(env, Path(folder)):
            env['CXX'] = str(compiler)
        returncode = run_with_progress(pip, env, log)
    if returncode:
        text = log.read_text(encoding='utf-8', errors='replace')
        errors = [line.strip() for line in text.splitlines() if FAILURE.search(line)]
        sys.exit('\n'.join([*errors[:5], f'fairmot_mm: {remedy()}; log: {log}']))


def build_environment() -> dict[str, str]:
    """The variables of this process and those that mmcv's setup.py listens to."""
    scripts = sysconfig.get_path('scripts')
    return {
        'MAX_JOBS': str(num_jobs()),
        # setuptools drops Python's own -O3 where CFLAGS is set. -g0: debug symbols are
        # most of the library, and they are not used here.
        'CFLAGS': '-O2 -DNDEBUG -g0',
        **os.environ,
        'MMCV_WITH_OPS': '1',
        # torch looks for ninja on the PATH; it lies in the environment.
        'PATH': f'{scripts}{os.pathsep}{os.environ.get("PATH", os.defpath)}',
        'PYTHONUNBUFFERED': '1',
    }


def precompiling_compiler(env: dict[str, str], folder: Path) -> Path | None:
    """Make a compiler that reads the headers of torch once for all files of mmcv.

    Each file of mmcv includes these headers, and reading them takes most of its time.

    Args:
        env: Environment of the build, with the user's compiler in ``CXX``.
        folder: Where the compiler and its precompiled header may lie.

    Returns:
        A program to call as the compiler, see precompiled_cxx.py; None where there is
        no GCC or clang.
    """
    compiler = env.get('CXX', 'c++')
    try:
        words = shlex.split(compiler)
        macros = [*words, '-dM', '-E', '-x', 'c++', os.devnull]
        shown = subprocess.run(macros, capture_output=True, text=True)
    except (OSError, ValueError, IndexError):
        return None
    if os.name != 'posix' or '#define __GNUC__ ' not in shown.stdout:
        return None
    # It has the name of the compiler, by which torch knows what kind it is.
    program = folder / Path(words[-1]).name
    script = Path(__file__).resolve().with_name('precompiled_cxx.py')
    start = [sys.executable, '-I', '-S', str(script), str(folder), compiler]
    program.write_text(f'#!/bin/sh\nexec {shlex.join(start)} "$@"\n')
    program.chmod(0o755)
    return program


def num_jobs() -> int:
    """Compilers that may run at once, by the cores and the memory of the machine."""
    memory = os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES')
    limit = Path('/sys/fs/cgroup/memory.max')  # of a container; 'max' when unlimited
    if limit.is_file() and (text := limit.read_text().strip()).isdigit():
        memory = min(memory, int(text))
    return max(1, min(available_cores(), memory // MEMORY_PER_JOB))


def run_with_progress(command: list[str], env: dict[str, str], log: Path) -> int:
    """Run a build; print a line a compiled file, write everything to ``log``."""
    start = time.monotonic()
    with (
        log.open('w', encoding='utf-8') as file,
        subprocess.Popen(
            command,
            cwd=ROOT,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors='replace',
        ) as process,
    ):
        for line in process.stdout or ():
            file.write(line)
            file.flush()
            if compiled := COMPILED.search(line):
                done, total, source = compiled.groups()
                minutes = (time.monotonic() - start) / 60
                print(f'  [{done}/{total}] {source} ({minutes:.1f} min)', flush=True)
            elif line.lstrip().startswith(PIP_STEPS):
                print(f'  {line.strip()}', flush=True)
    return process.returncode


def remedy() -> str:
    """What to do about a build that failed, as far as the machine shows it."""
    import torch
    from torch.utils.cpp_extension import CUDA_HOME

    header = Path(sysconfig.get_path('include')) / 'Python.h'
    version = '.'.join(map(str, sys.version_info[:2]))
    if shutil.which(os.environ.get('CXX', 'c++')) is None:
        return (
            'mmcv needs a C++ compiler, and none was found; install one '
            '(Debian, Ubuntu: apt install g++)'
        )
    if not header.is_file():
        return (
            f'mmcv needs the headers of Python, and {header} is missing; install them '
            f'(Debian, Ubuntu: apt install python{version}-dev)'
        )
    if torch.cuda.is_available() and CUDA_HOME is None:
        return (
            'mmcv is compiled with CUDA where torch sees a GPU, and there is no nvcc; '
            f'install the CUDA toolkit {torch.version.cuda}, or set '
            'CUDA_VISIBLE_DEVICES= (empty) to compile the CPU operators alone'
        )
    return (
        'mmcv could not be installed, see above; if a compiler was killed, memory ran '
        'out: try again with MAX_JOBS=1'
    )


if __name__ == '__main__':
    main()
