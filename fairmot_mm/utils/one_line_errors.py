"""Ending a command with one line where the user can do something."""

import os
import re
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from fairmot_mm.utils.errors import UserInputError
from fairmot_mm.utils.interrupt import INTERRUPTED, interruptible
from fairmot_mm.utils.step_clock import failed_step
from fairmot_mm.utils.urls import hide_secrets

_NOBODY_READS = 141  # status that a shell reports for a reader that has ended


@contextmanager
def one_line_errors(interrupted: str = '') -> Iterator[None]:
    """End the program with one line, not a traceback, where the user can do something.

    It is written as a decorator of ``main``, or as ``with one_line_errors():``. A
    warning about mmdet's own code, which a user cannot change, is not shown.

    Args:
        interrupted: What to do after Ctrl-C, for the message; only the main process
            prints it.

    Raises:
        SystemExit: With ``error: <message>`` (status 1) on an error of the user, with
            status 130 on an interrupt, and with status 141 where nobody reads what is
            printed any more, as in ``fairmot models | head``.
    """
    warnings.filterwarnings('ignore', r'.*torch\.cuda\.amp\.autocast', module='mmdet')
    try:
        with interruptible(), _one_line_warnings():
            yield
            sys.stdout.flush()
    except BrokenPipeError:
        # Python would fail again when it closes the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(_NOBODY_READS) from None
    except UserInputError as error:
        # An error of a data loader's worker arrives as that worker's whole traceback.
        marker = rf'(?s).*\b{type(error).__name__}: '
        message = hide_secrets(re.sub(marker, '', str(error)).strip())
        raise SystemExit(f'error: {message}{_where(error)}') from error
    except KeyboardInterrupt as interrupt:
        if _is_main_process():
            advice = f': {interrupted}' if interrupted else ''
            print(f'interrupted{_where(interrupt)}{advice}', file=sys.stderr)
        raise SystemExit(INTERRUPTED) from None
    except RuntimeError as error:
        lost = re.search(
            r'DataLoader worker \(pid.*?\) (?:is killed|exited)[^.]*', str(error)
        )
        if not lost:
            raise
        raise SystemExit(
            f'error: {lost[0]}: the system ended a process that loads images, in most '
            'cases because memory ran out. Lower num_workers or give the job more '
            'memory and /dev/shm, then continue with --resume'
        ) from error


@contextmanager
def _one_line_warnings() -> Iterator[None]:
    """Show a warning to a user without the line of code that it comes from."""
    before = warnings.formatwarning
    warnings.formatwarning = lambda message, category, *rest, **named: (
        f'warning: {hide_secrets(str(message))}\n'
        if category is UserWarning
        else before(message, category, *rest, **named)
    )
    try:
        yield
    finally:
        warnings.formatwarning = before


def _is_main_process() -> bool:
    """Whether this process may print: true until a run has started others.

    Nothing is imported here: a module whose import was interrupted fails a second time.
    """
    is_main_process = getattr(sys.modules.get('mmengine.dist'), 'is_main_process', None)
    return is_main_process is None or is_main_process()


def _where(error: BaseException) -> str:
    """Write `` (step: NAME)`` if an error comes from a pipeline step, or nothing."""
    name = failed_step(error)
    return f' (step: {name})' if name else ''
