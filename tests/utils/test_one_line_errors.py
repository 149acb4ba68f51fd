"""What a user sees of errors, warnings and interrupts."""

import signal
import sys
import warnings

import pytest

from fairmot_mm.utils import DataError
from fairmot_mm.utils.interrupt import interrupt
from fairmot_mm.utils.one_line_errors import one_line_errors


def test_an_error_of_the_user_is_one_line():
    """Its message, with status 1."""
    message = r'^error: a\.txt, line 3: what$'
    with pytest.raises(SystemExit, match=message), one_line_errors():
        raise DataError('a.txt, line 3: what')


def test_a_warning_is_one_line():
    """Without the line of code that it comes from; those of Python stay as they are."""
    with one_line_errors():
        text = warnings.formatwarning('no sound', UserWarning, 'a.py', 3)
        other = warnings.formatwarning('old', DeprecationWarning, 'a.py', 3)
    assert text == 'warning: no sound\n'
    assert other.startswith('a.py:3: DeprecationWarning: old')
    assert warnings.formatwarning('no sound', UserWarning, 'a.py', 3).startswith('a.py')


def test_ctrl_c_works_from_the_start_of_the_command():
    """The file in tools/ lets Ctrl-C end the imports; the command takes it back."""
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        with one_line_errors():
            assert signal.getsignal(signal.SIGINT) is interrupt
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        with one_line_errors():  # a job in the background stays deaf
            assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_ctrl_c_while_modules_are_imported_is_one_line(monkeypatch, capsys):
    """A module whose import was interrupted is not imported a second time."""
    monkeypatch.setitem(sys.modules, 'mmengine.dist', None)  # an import of it fails
    with pytest.raises(SystemExit) as ended, one_line_errors():
        raise KeyboardInterrupt
    assert ended.value.code == 130
    assert capsys.readouterr().err == 'interrupted\n'
