import argparse

import pytest

from fairmot_mm.utils import ConfigError, DataError, UserInputError, VideoError
from fairmot_mm.utils.cli import add_runner_arguments, one_line_errors


@pytest.mark.parametrize('kind', [ConfigError, DataError, VideoError])
def test_user_error_is_one_line(kind):
    """An error of the user ends the program with its message, status 1."""
    with pytest.raises(SystemExit) as ended, one_line_errors():
        raise kind('a.txt: what is wrong')
    assert ended.value.code == 'error: a.txt: what is wrong'


def test_error_of_a_worker():
    """Of the traceback a data loader's worker sends, the message is shown."""
    text = (
        'Caught DataError in DataLoader worker process 0.\nOriginal Traceback (most '
        'recent call last):\n  File "a.py", line 1, in f\n    raise DataError(x)\n'
        'fairmot_mm.utils.errors.DataError: a.jpg cannot be decoded\n'
    )
    with pytest.raises(SystemExit) as ended, one_line_errors():
        raise DataError(text)
    assert ended.value.code == 'error: a.jpg cannot be decoded'


def test_fault_of_the_program():
    """Any other error keeps its traceback."""
    with pytest.raises(ZeroDivisionError), one_line_errors():
        _ = 1 / 0


@pytest.mark.parametrize(
    ('error', 'builtin'), [(ConfigError, ValueError), (VideoError, OSError)]
)
def test_errors_are_builtin_too(error, builtin):
    """Callers may catch the common type or the built-in one."""
    assert issubclass(error, UserInputError)
    assert issubclass(error, builtin)


@pytest.mark.parametrize('spelling', ['--local_rank', '--local-rank'])
def test_runner_arguments(spelling):
    """Both spellings of the launcher's rank, and options of the config by type."""
    parser = argparse.ArgumentParser()
    add_runner_arguments(parser)
    args = parser.parse_args(
        [spelling, '3', '--cfg-options', 'a.b=4', 'c=[1,2]', "d=['x']", 'e=None']
    )
    assert args.local_rank == 3
    assert args.launcher == 'none'
    assert args.cfg_options['a.b'] == 4
    assert args.cfg_options['c'] == [1, 2]
