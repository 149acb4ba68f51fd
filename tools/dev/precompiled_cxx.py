"""A C++ compiler that reads the headers of torch once instead of in every file.

    python tools/dev/precompiled_cxx.py FOLDER COMPILER [arguments of the compiler]

It is called as the compiler of a PyTorch extension. The first file makes a precompiled
header in FOLDER with its own flags, which takes some seconds; every file with the same
flags then uses it. Whatever does not fit (linking, another language, a header that
cannot be precompiled, a file that does not compile with it) is left to COMPILER alone.
"""

import fcntl
import hashlib
import os
import shlex
import subprocess
import sys
from pathlib import Path

HEADER = '#include <torch/types.h>\n'
SOURCES = {'.cpp', '.cc', '.cxx', '.C'}
# Options about one file, not about how it is compiled.
OUTPUT_OPTIONS = {'-o', '-MF', '-MT', '-MQ'}  # a file name follows
OUTPUT_FLAGS = {'-c', '-MD', '-MMD', '-MP'}


def main() -> None:
    """Compile one file as this process was asked to, and end with its status."""
    folder, compiler, *arguments = sys.argv[1:]
    command = [*shlex.split(compiler), *arguments]
    flags = flags_of(arguments)
    if flags is not None:
        header = make_header(Path(folder), shlex.split(compiler), flags)
        if header is not None:
            with_header = [*shlex.split(compiler), '-include', str(header), *arguments]
            result = subprocess.run(with_header, capture_output=True)
            if result.returncode == 0:
                sys.stdout.buffer.write(result.stdout)
                sys.stderr.buffer.write(result.stderr)
                return
    os.execvp(command[0], command)


def flags_of(arguments: list[str]) -> list[str] | None:
    """Find the flags that decide whether two files can share a precompiled header.

    Args:
        arguments: Arguments of the compiler.

    Returns:
        All but the names of files; None if they do not compile one C++ file.
    """
    flags: list[str] = []
    sources = 0
    words = iter(arguments)
    for word in words:
        if word in OUTPUT_OPTIONS:
            next(words, None)
        elif word == '-x':  # another language, or a header
            return None
        elif not word.startswith('-') and Path(word).suffix in SOURCES:
            sources += 1
        elif word not in OUTPUT_FLAGS:
            flags.append(word)
    return flags if sources == 1 and '-c' in arguments else None


def make_header(folder: Path, compiler: list[str], flags: list[str]) -> Path | None:
    """Find the precompiled header of some flags, or make it.

    Args:
        folder: Where the headers are.
        compiler: The words that start the compiler.
        flags: See `flags_of`.

    Returns:
        The header to include; None if the compiler cannot precompile it.
    """
    key = hashlib.sha256('\0'.join([*compiler, *flags]).encode()).hexdigest()[:16]
    header, failed = folder / key / 'torch.hpp', folder / key / 'failed'
    precompiled = header.with_name('torch.hpp.gch')  # clang finds it too
    header.parent.mkdir(parents=True, exist_ok=True)
    with (header.parent / 'lock').open('w') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # other compilers wait for the first one
        if not precompiled.exists() and not failed.exists():
            header.write_text(HEADER)
            part = header.with_name('part.gch')
            language = ['-x', 'c++-header', str(header), '-o', str(part)]
            made = subprocess.run([*compiler, *flags, *language], capture_output=True)
            if made.returncode == 0 and part.exists():
                part.rename(precompiled)
            else:
                failed.write_bytes(made.stderr)
    return header if precompiled.exists() else None


if __name__ == '__main__':
    main()
