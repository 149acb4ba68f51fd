"""Ending a command by Ctrl-C, only where Python can be interrupted."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer, current_thread, main_thread
from types import FrameType

INTERRUPTED = 130  # status that a shell reports for Ctrl-C
_WAIT = 0.02  # seconds until an interrupt is tried again
_IMPORT = ('importlib', 'importlib._bootstrap', 'importlib._bootstrap_external')


@contextmanager
def interruptible() -> Iterator[None]:
    """Let Ctrl-C interrupt the body by `interrupt`, unless it has another handler."""
    before = signal.getsignal(signal.SIGINT)
    # The file of a tool sets SIG_DFL, and Python itself the other one.
    is_plain = before in (signal.SIG_DFL, signal.default_int_handler)
    if not is_plain or current_thread() is not main_thread():
        yield
        return
    signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def interrupt(number: int, frame: FrameType | None) -> None:
    """Raise `KeyboardInterrupt`, but not inside an import: a handler of signals.

    A module in C that is interrupted while it starts ends the process by a segmentation
    fault, or loses the interrupt. So the interrupt waits until the import is over.
    While a command imports what it will run, there is nothing to finish yet, and the
    process ends at once.

    Args:
        number: Number of the signal.
        frame: What is running.

    Raises:
        KeyboardInterrupt: No import is running.
    """
    importer = _outermost_importer(frame)
    if importer is None:
        signal.default_int_handler(number, frame)
    elif _starts_a_command(importer):
        print('interrupted', file=sys.stderr, flush=True)
        os._exit(INTERRUPTED)
    else:
        again = Timer(_WAIT, signal.pthread_kill, (main_thread().ident, number))
        again.daemon = True
        again.start()


def _outermost_importer(frame: FrameType | None) -> FrameType | None:
    """What has begun the import that is running; None if none is."""
    importer = None
    while frame is not None:
        if frame.f_globals.get('__name__') in _IMPORT:
            importer = frame.f_back
        frame = frame.f_back
    return importer


def _starts_a_command(importer: FrameType) -> bool:
    """Whether it is the file of a command, which imports its action."""
    return str(importer.f_globals.get('__name__')).startswith('fairmot_mm.commands.')
