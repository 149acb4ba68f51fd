"""Options and the handling of errors that the command line tools share."""

import argparse
from collections.abc import Iterable, Iterator
from typing import Any, NoReturn, TypeVar

from fairmot_mm.utils.cfg_options import CfgOptions
from fairmot_mm.utils.errors import DataError
from fairmot_mm.utils.exact_numbers import rate_number
from fairmot_mm.utils.one_line_errors import one_line_errors
from fairmot_mm.utils.option_types import finite_number, positive_whole
from fairmot_mm.utils.urls import hide_secrets

__all__ = [
    'add_cfg_options_argument',
    'add_input_size_argument',
    'add_number_arguments',
    'add_overwrite_argument',
    'add_runner_arguments',
    'add_tracker_arguments',
    'add_workers_argument',
    'finite_number',
    'make_parser',
    'one_line_errors',
    'positive_whole',
    'rate',
    'show_progress',
]

T = TypeVar('T')


def rate(text: str) -> float:
    """Read frames per second of a command line, such as ``25`` or ``30000/1001``.

    Args:
        text: The argument.

    Raises:
        ArgumentTypeError: It is not a number above 0.
    """
    try:
        return rate_number(text, 'frame rate')
    except DataError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def add_workers_argument(parser: argparse.ArgumentParser) -> None:
    """Add ``--workers``, the number of processes of a conversion or check."""
    parser.add_argument(
        '--workers', type=positive_whole, help='processes (default one a core)'
    )


def make_parser(text: str, **settings: Any) -> argparse.ArgumentParser:
    """Make a parser of a command line. Options must be written out in full.

    Args:
        text: What the tool does; its line breaks are kept.
        settings: Other arguments of `argparse.ArgumentParser`.
    """
    settings.setdefault('formatter_class', argparse.RawDescriptionHelpFormatter)
    return _Parser(description=text, allow_abbrev=False, **settings)


class _Parser(argparse.ArgumentParser):
    """Repeats no password of an address that it does not understand."""

    def error(self, message: str) -> NoReturn:
        super().error(hide_secrets(message))


def add_overwrite_argument(parser: argparse._ActionsContainer, what: str) -> None:
    """Add ``--overwrite``, without which no file of an earlier run is replaced.

    Args:
        parser: Parser, or group of options, to add to.
        what: What may be replaced, for the help text.
    """
    parser.add_argument(
        '--overwrite', action='store_true', help=f'replace {what} if it exists'
    )


def add_number_arguments(
    parser: argparse.ArgumentParser, **numbers: tuple[float, str]
) -> None:
    """Add options that are numbers.

    Args:
        parser: Parser to add to.
        numbers: Default value and help text of each option by name.
    """
    for name, (default, text) in numbers.items():
        parser.add_argument(
            f'--{name.replace("_", "-")}',
            type=finite_number if isinstance(default, float) else type(default),
            default=default,
            help=f'{text} (%(default)s)',
        )


def show_progress(items: Iterable[T], text: str) -> Iterator[T]:
    """Go through items, with a progress bar on standard error.

    Args:
        items: The items; their number is shown where it is known.
        text: Text next to the bar.
    """
    from rich.console import Console
    from rich.progress import track

    return iter(track(items, text, console=Console(stderr=True)))


def add_cfg_options_argument(
    parser: argparse.ArgumentParser, example: str = 'model.tracker.track_buffer=60'
) -> None:
    """Add ``--cfg-options KEY=VALUE ...``, which overrides keys of a config.

    Args:
        parser: Parser to add to.
        example: An example for the help text.
    """
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=CfgOptions,
        metavar='KEY=VALUE',
        help=f'override keys of the config, as in {example}',
    )


def add_input_size_argument(
    parser: argparse.ArgumentParser, default: tuple[int, int] | None = None
) -> None:
    """Add ``--input-size W H``, the size of the images that a network takes.

    Args:
        parser: Parser to add to.
        default: (width, height) in pixels; None: that of the config.
    """
    shown = '{} {}'.format(*default) if default else "that of the config's pipeline"
    parser.add_argument(
        '--input-size',
        type=int,
        nargs=2,
        metavar=('W', 'H'),
        default=default,
        help=f'width and height of the network input, multiples of 32 ({shown})',
    )


def add_tracker_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of tools that run a tracker on detections of a file."""
    parser.add_argument(
        '--config', help='config with the tracker (default: JDETracker as published)'
    )
    add_cfg_options_argument(parser)


def add_runner_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options that ``tools/train.py`` and ``tools/test.py`` have in common."""
    parser.add_argument('--work-dir', help='folder of logs, checkpoints and results')
    add_cfg_options_argument(parser, 'train_dataloader.batch_size=4')
    parser.add_argument(
        '--launcher',
        choices=['none', 'pytorch', 'slurm', 'mpi'],
        default='none',
        help='how the processes of a distributed run were started',
    )
    # torchrun needs neither; torch.distributed.launch passes one or the other.
    parser.add_argument(
        '--local_rank', '--local-rank', type=int, default=0, help=argparse.SUPPRESS
    )
