"""The compiler that reads the headers of torch once, on tiny files."""

import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

DEV = Path(__file__).parents[3] / 'tools' / 'dev'
WRAPPER = DEV / 'precompiled_cxx.py'
pytestmark = pytest.mark.skipif(shutil.which('c++') is None, reason='no C++ compiler')
# Writes a line for every call before it compiles.
LOGGING = '#!/bin/sh\necho "$@" >> {log}\nexec c++ "$@"\n'


@pytest.fixture
def header(tmp_path):
    """What stands for the headers of torch."""
    path = tmp_path / 'include' / 'torch' / 'types.h'
    path.parent.mkdir(parents=True)
    path.write_text('#pragma once\nint of_torch();\n')
    return path


@pytest.fixture
def log(tmp_path):
    """The file with the calls of the compiler."""
    path = tmp_path / 'log'
    path.touch()
    return path


@pytest.fixture
def start(tmp_path, header, log):
    """Start the compiler on a file; gives the process."""
    compiler = tmp_path / 'c++'
    compiler.write_text(LOGGING.format(log=log))
    compiler.chmod(0o755)

    def start(name, text, *flags):
        source = tmp_path / name
        source.write_text(text)
        words = [f'-I{header.parents[1]}', *flags, '-c', source, '-o', f'{source}.o']
        command = [sys.executable, WRAPPER, tmp_path / 'pch', compiler, *words]
        return subprocess.Popen(
            list(map(str, command)), stderr=subprocess.PIPE, text=True
        )

    return start


@pytest.fixture
def compile_file(start):
    """Compile a file; gives the status and what the compiler said."""

    def compile_file(*args):
        process = start(*args)
        _, error = process.communicate()
        return process.returncode, error

    return compile_file


def headers_made(log):
    return sum('c++-header' in line for line in log.read_text().splitlines())


def test_the_header_is_read_once(compile_file, header, log):
    """A second file with the same flags does not need the text of the header again."""
    assert compile_file('a.cpp', 'int a() { return of_torch(); }') == (0, '')
    header.write_text('#error read again\n')
    assert compile_file('b.cpp', 'int b() { return of_torch(); }') == (0, '')
    assert headers_made(log) == 1


def test_other_flags_need_another_header(compile_file, log):
    """A header that was compiled otherwise is not used."""
    text = '#include <torch/types.h>\nint a() { return of_torch(); }'
    assert compile_file('a.cpp', text, '-O0') == (0, '')
    assert compile_file('a.cpp', text, '-O2', '-DX=1') == (0, '')
    assert headers_made(log) == 2


def test_parallel_jobs_wait_for_the_first(start, log):
    """Only one of them makes the header; all use it."""
    jobs = [start(f'{name}.cpp', 'int f() { return of_torch(); }') for name in 'abcd']
    assert [job.wait() for job in jobs] == [0] * 4
    assert headers_made(log) == 1


def test_a_broken_header_is_tried_once(compile_file, header, log):
    """Where it cannot be precompiled, files are compiled as they are."""
    header.write_text('#error broken\n')
    assert compile_file('a.cpp', 'int a() { return 1; }') == (0, '')
    assert compile_file('b.cpp', 'int b() { return 1; }') == (0, '')
    assert headers_made(log) == 1


def test_a_file_that_does_not_go_with_the_header(compile_file):
    """It is compiled without, and says nothing of the first try."""
    assert compile_file('a.cpp', 'void of_torch(); void a() { of_torch(); }') == (0, '')


def test_a_wrong_file_fails_as_ever(compile_file):
    """Status and message are those of the compiler."""
    status, error = compile_file('a.cpp', 'int a() { return misspelt; }')
    assert status == 1
    assert 'misspelt' in error
    assert 'torch.hpp' not in error


def test_other_languages_are_left_alone(compile_file, log, tmp_path):
    """C files and linking get no header."""
    status, _ = compile_file('a.c', 'int a() { return 1; }', '-x', 'c')
    assert status == 0
    link = [f'{tmp_path}/a.c.o', '-shared', '-o', f'{tmp_path}/a.so']
    command = [sys.executable, str(WRAPPER), str(tmp_path / 'pch'), 'c++', *link]
    subprocess.run(command, check=True)
    assert (tmp_path / 'a.so').is_file()
    assert headers_made(log) == 0


def test_which_compilers_get_a_header(tmp_path):
    """GCC and clang, also behind ccache; others and missing ones are left alone."""
    make = runpy.run_path(str(DEV / 'build_mmcv.py'))['precompiling_compiler']
    program = make({}, tmp_path)
    assert program.name == 'c++'
    version = subprocess.run([program, '--version'], capture_output=True, text=True)
    assert 'Free Software' in version.stdout
    assert make({'CXX': 'env LANG=C c++'}, tmp_path).name == 'c++'
    for other in ('echo', 'no-such-compiler', ''):
        assert make({'CXX': other}, tmp_path) is None
