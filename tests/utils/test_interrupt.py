"""Ctrl-C at moments at which Python can be interrupted, and at others."""

import signal
import subprocess
import sys
import time
from importlib import import_module
from threading import Thread

import pytest

from fairmot_mm.utils.interrupt import interruptible

MODULE = """
import signal, time
signal.raise_signal(signal.SIGINT)
time.sleep(0.1)  # a module in C that takes its time
IS_WHOLE = True
"""
# Ctrl-C while a command imports its action.
START = """
import signal, sys
from importlib import import_module

_, command, room, *words = sys.argv
main = import_module(f'fairmot_mm.commands.{command}').main

class Interrupts:
    def find_spec(self, name, *others):
        if name == room:
            signal.raise_signal(signal.SIGINT)

sys.meta_path.insert(0, Interrupts())
sys.argv = [command, *words]
main()
"""


@pytest.fixture(autouse=True)
def plain():
    """The handler that Python sets, whatever pytest was started with."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_an_interrupt_is_raised_at_once():
    """Where no import is running."""
    with interruptible(), pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_an_interrupt_waits_for_an_import(tmp_path, monkeypatch):
    """It is raised when the module is complete, and it is not lost."""
    (tmp_path / 'interrupted_module.py').write_text(MODULE)
    monkeypatch.syspath_prepend(tmp_path)

    def import_and_wait():
        import_module('interrupted_module')
        for _ in range(300):
            time.sleep(0.01)

    with interruptible(), pytest.raises(KeyboardInterrupt):
        import_and_wait()
    assert sys.modules.pop('interrupted_module').IS_WHOLE


@pytest.mark.parametrize(
    'words',
    ['list_models fairmot_mm.actions', 'kitti_to_jde fairmot_mm.datasets . {folder}'],
)
def test_a_command_that_starts_ends_at_once(words, tmp_path):
    """Nothing has begun while its action is imported: one line, status 130."""
    call = [sys.executable, '-c', START, *words.format(folder=tmp_path).split()]
    ended = subprocess.run(call, capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stderr, ended.stdout) == (130, 'interrupted\n', '')


@pytest.mark.parametrize('handler', [signal.SIG_IGN, lambda *_: None])
def test_another_handler_stays(handler):
    """A job in the background is deaf, and a run may listen in its own way."""
    signal.signal(signal.SIGINT, handler)
    with interruptible():
        assert signal.getsignal(signal.SIGINT) is handler


def test_only_the_main_thread_sets_handlers():
    """A command that runs in another thread leaves them as they are."""
    seen = []

    def run():
        with interruptible():
            seen.append(signal.getsignal(signal.SIGINT))

    thread = Thread(target=run)
    thread.start()
    thread.join()
    assert seen == [signal.default_int_handler]
