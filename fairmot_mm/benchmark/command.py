"""Sub-commands of the measuring tools, and the options that they share."""

import argparse
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from fairmot_mm.benchmark.report import Report, add_report_arguments
from fairmot_mm.benchmark.subject import Subject, prepare_subject
from fairmot_mm.utils.cli import add_input_size_argument
from fairmot_mm.utils.machine import machine_line


class Command(Protocol):
    """A sub-command: a module with these two functions.

    Its docstring is the help text, and the first line of it the summary in a list.
    """

    __doc__: str | None

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add the options of the sub-command."""

    def run(self, args: argparse.Namespace, report: Report) -> None:
        """Measure and publish the report."""


def parse_command(
    description: str, commands: Mapping[str, Command]
) -> argparse.Namespace:
    """Read the command line of this process as that of a tool with sub-commands.

    Args:
        description: What the tool does.
        commands: The sub-commands by name.

    Returns:
        The options, and as ``run`` the function of the chosen command.
    """
    parser = argparse.ArgumentParser(description=description)
    choices = parser.add_subparsers(required=True, metavar='COMMAND')
    for name, command in commands.items():
        text = (command.__doc__ or '').strip()
        own = choices.add_parser(
            name,
            help=text.splitlines()[0],
            description=text,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        command.add_arguments(own)
        add_report_arguments(own)
        own.set_defaults(run=command.run)
    args = parser.parse_args()
    for option in ('frames', 'warmup', 'rounds', 'steps', 'batch_size', 'identities'):
        value = getattr(args, option, None)
        if value is not None and value < 1:
            parser.error(f'--{option.replace("_", "-")} {value}: it must be 1 or more')
    return args


def add_video_arguments(
    parser: argparse.ArgumentParser, size: tuple[int, int] | None = None
) -> None:
    """Add the options that `subject_of` reads: video, size in the network, folder.

    Args:
        parser: The parser of a sub-command.
        size: Default (width, height) in pixels; None: that of the config.
    """
    parser.add_argument('--input', required=True, help='video or folder of images')
    add_input_size_argument(parser, size)
    parser.add_argument(
        '--out-dir',
        help='keep results, configs and ONNX files in this folder; ONNX files that lie '
        'there are used again',
    )


def add_number_arguments(
    parser: argparse.ArgumentParser, **numbers: tuple[float, str]
) -> None:
    """Add options that are numbers.

    Args:
        parser: The parser of a sub-command.
        numbers: Default value and help text of each option by name.
    """
    for name, (default, text) in numbers.items():
        parser.add_argument(
            f'--{name.replace("_", "-")}',
            type=type(default),
            default=default,
            help=f'{text} (%(default)s)',
        )


def add_length_arguments(
    parser: argparse.ArgumentParser, frames: int, warmup: int, rounds: int
) -> None:
    """Add the options for the length of a measurement, with these defaults."""
    add_number_arguments(
        parser,
        frames=(frames, 'number of frames of a run'),
        warmup=(warmup, 'number of frames before, which are not timed'),
        rounds=(rounds, 'number of timed runs; the median counts'),
    )


def subject_of(
    args: argparse.Namespace,
    config: str | Path,
    checkpoint: str | None = None,
    **options: Any,
) -> AbstractContextManager[Subject]:
    """Prepare what the command line names, see `prepare_subject`.

    Args:
        args: A command line with the options of `add_video_arguments`.
        config: Config file of a network.
        checkpoint: Weights of the network; None: random ones.
        options: Further arguments of `prepare_subject`.
    """
    return prepare_subject(
        config,
        checkpoint,
        args.input,
        input_size=tuple(args.input_size) if args.input_size else None,
        folder=args.out_dir,
        name=Path(config).stem,
        **options,
    )


def describe_run(args: argparse.Namespace, found: dict[str, Any], weights: str) -> str:
    """Say in a line what was tracked, and on what.

    Args:
        args: A command line with the options of `add_video_arguments` and
            `add_length_arguments`.
        found: What `measure_in_turn` gives for one of the jobs.
        weights: What the weights are.
    """
    size = '{}x{}'.format(*args.input_size) if args.input_size else 'of the config'
    return (
        f'{weights}; {Path(args.input).name}, network input {size}; {args.rounds} '
        f'run(s) of {found["frames"]} frames after {args.warmup}; {found["device"]}: '
        f'{machine_line(found["machine"])}.'
    )
