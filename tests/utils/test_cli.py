import argparse
import warnings

import pytest

from fairmot_mm.utils import ConfigError, DataError, UserInputError, VideoError
from fairmot_mm.utils.cli import (
    add_input_size_argument,
    add_runner_arguments,
    one_line_errors,
)
from fairmot_mm.utils.converter_arguments import add_converter_arguments, run_converter


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


def test_warning_about_mmdet():
    """It is not shown; the same one about the user's own code is."""
    text = '`torch.cuda.amp.autocast(args...)` is deprecated'
    with warnings.catch_warnings(record=True) as shown, one_line_errors():
        for module in ('mmdet.models.backbones.csp_darknet', 'my_package.backbone'):
            warnings.warn_explicit(text, UserWarning, f'{module}.py', 1, module)
    assert [warning.filename for warning in shown] == ['my_package.backbone.py']


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


def converter_arguments(*words):
    parser = argparse.ArgumentParser()
    add_converter_arguments(parser, ['person'])
    return parser.parse_args(words)


def test_converter_prints_its_report(capsys):
    """What is on the command line arrives by name; what comes back is shown."""

    def convert(out, name, copy, classes, ignore_classes, clip, workers, show_progress):
        assert not ignore_classes
        assert not clip
        return f'{out} {name} {copy} {classes} {workers} {show_progress}'

    words = ['data', 'SET', '--copy', '--classes', 'car,van', 'bus', '--workers', '3']
    run_converter(convert, converter_arguments(*words))
    assert capsys.readouterr().out == "data SET True ['car,van', 'bus'] 3 True\n"


@pytest.mark.parametrize(
    'message',
    [
        'DataLoader worker (pid 12) is killed by signal: Killed. ',
        'DataLoader worker (pid(s) 12, 13) exited unexpectedly',
    ],
)
def test_worker_that_was_killed(message):
    """Losing a process that loads images ends with advice, not a traceback."""
    with (
        pytest.raises(SystemExit, match=r'^error: DataLoader worker .*num_workers'),
        one_line_errors(),
    ):
        raise RuntimeError(message)


def test_other_runtime_errors_pass():
    """An error of the program keeps its traceback."""
    with pytest.raises(RuntimeError, match='shapes'), one_line_errors():
        raise RuntimeError('shapes do not fit')


def test_interrupt_is_one_line(capsys):
    """Ctrl-C ends the program with status 130 and the advice of the tool."""
    with pytest.raises(SystemExit) as ended, one_line_errors('start again'):
        raise KeyboardInterrupt
    assert ended.value.code == 130
    assert capsys.readouterr().err == 'interrupted: start again\n'


def test_main_of_a_tool():
    """As a decorator it handles every call."""

    @one_line_errors()
    def main():
        raise DataError('why')

    for _ in range(2):
        with pytest.raises(SystemExit, match=r'^error: why$'):
            main()


def test_input_size():
    """Two numbers, the same in every tool."""
    parser = argparse.ArgumentParser()
    add_input_size_argument(parser, (1088, 608))
    assert parser.parse_args([]).input_size == (1088, 608)
    assert parser.parse_args(['--input-size', '96', '64']).input_size == [96, 64]


@pytest.mark.parametrize(
    ('error', 'status'), [(KeyboardInterrupt, 130), (DataError('why'), 'error: why')]
)
def test_converter_that_stops(error, status):
    """An interrupt and a fault of the data end without a traceback."""

    def convert(**_):
        raise error

    with pytest.raises(SystemExit) as ended:
        run_converter(convert, converter_arguments('data', 'SET'))
    assert ended.value.code == status
