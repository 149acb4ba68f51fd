"""The command `fairmot`, see also tests/tools/test_command_lines.py."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from fairmot_mm.__main__ import COMMANDS, main

ROOT = Path(__file__).parents[1]


@pytest.fixture
def fairmot(monkeypatch):
    """Run `fairmot` with some words."""

    def run(*words):
        monkeypatch.setattr(sys, 'argv', ['fairmot', *words])
        main()

    return run


def test_every_command_has_a_name():
    """All commands of the package can be typed, each under one name."""
    files = {path.stem for path in (ROOT / 'fairmot_mm/commands').glob('[a-z]*.py')}
    assert sorted(COMMANDS.values()) == sorted(files)


@pytest.mark.parametrize('words', [[], ['--help'], ['-h'], ['help']])
def test_help_lists_every_command(fairmot, capsys, words):
    """Each has a line that says what it does."""
    fairmot(*words)
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    for name in COMMANDS:
        own = name.split()
        assert [line for line in lines if line[: len(own)] == own and line[len(own) :]]


def test_a_group_lists_its_commands(fairmot, capsys):
    """`fairmot convert` alone says what can be converted, and nothing else."""
    fairmot('convert')
    printed = capsys.readouterr().out
    assert 'convert mot ' in printed
    assert 'tune-tracker' not in printed


@pytest.mark.parametrize(
    ('words', 'message'),
    [
        (['trakc', 'a.mp4'], "no command 'trakc': did you mean track"),
        (
            ['convert', 'mott', 'a'],
            "no command 'convert mott': did you mean convert mot",
        ),
        (['check_dataset'], 'did you mean check-dataset'),
        (['xyzzy'], "no command 'xyzzy': `fairmot --help` lists"),
    ],
)
def test_unknown_command(fairmot, capsys, words, message):
    """One line with the command that was probably meant, and status 2."""
    with pytest.raises(SystemExit) as ended:
        fairmot(*words)
    assert ended.value.code == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count('\n') == 1


def test_a_command_gets_its_own_words(fairmot, capsys):
    """Its usage has the name that was typed."""
    with pytest.raises(SystemExit) as ended:
        fairmot('convert', 'mot', '--help')
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith('usage: fairmot convert mot ')


def test_version(fairmot, capsys):
    """For reports of faults."""
    fairmot('--version')
    assert capsys.readouterr().out.startswith('fairmot_mm 0.')


def test_a_reader_that_ends_early():
    """``fairmot --help | head -1`` ends without a word of its own."""
    command = [sys.executable, '-m', 'fairmot_mm', '--help']
    pipes = dict(stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with subprocess.Popen(command, cwd=ROOT, **pipes) as process:
        process.stdout.close()  # before anything is printed
        assert process.stderr.read() == b''
    assert process.returncode == 141


EARLY = """
import signal, sys

class Interrupts:
    def find_spec(self, name, *others):
        if name == 'fairmot_mm.utils.one_line_errors':
            signal.raise_signal(signal.SIGINT)

sys.meta_path.insert(0, Interrupts())
sys.argv = ['/usr/bin/fairmot', '--version']
import fairmot_mm.__main__
"""


def test_ctrl_c_before_the_command_begins():
    """The installed command ends without a traceback while it is imported."""
    call = [sys.executable, '-c', EARLY]
    ended = subprocess.run(call, capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (-signal.SIGINT, '')
