"""Sub-commands of the measuring tools, and the options that they share."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from fairmot_mm.benchmark.report import Report, add_report_arguments
from fairmot_mm.utils import cli
from fairmot_mm.utils.machine import machine_line

_AT_LEAST_1 = ('frames', 'warmup', 'rounds', 'steps', 'batch_size', 'identities')


class Command(Protocol):
    """A sub-command: a module with these two functions.

    Its docstring is the help text, whose first line is the summary in a list.
    """

    __doc__: str | None
    __name__: str

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add the options of the sub-command."""

    def run(self, args: argparse.Namespace, report: Report) -> None:
        """Measure and publish the report."""


def parse_command(description: str, commands: Sequence[Command]) -> argparse.Namespace:
    """Read the command line of this process as that of a tool with sub-commands.

    Args:
        description: What the tool does.
        commands: The sub-commands, which have the names of their modules.

    Returns:
        The options, and as ``run`` the function of the chosen command.
    """
    parser = cli.make_parser(description)
    choices = parser.add_subparsers(required=True, metavar='COMMAND')
    for command in commands:
        text = (command.__doc__ or '').strip()
        own = choices.add_parser(
            command.__name__.rpartition('.')[2],
            help=text.splitlines()[0],
            description=text,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        command.add_arguments(own)
        add_report_arguments(own)
        own.set_defaults(run=command.run)
    args = parser.parse_args()
    for option in _AT_LEAST_1:
        value = getattr(args, option, None)
        if value is not None and value < 1:
            parser.error(f'--{option.replace("_", "-")} {value}: it must be 1 or more')
    return args


def add_video_arguments(
    parser: argparse.ArgumentParser,
    size: tuple[int, int] | None = None,
    device: str | None = None,
) -> None:
    """Add the options that `prepare_workload` reads: video, network input and options.

    Args:
        parser: The parser of a sub-command.
        size: Default (width, height) in pixels; None: that of the config.
        device: Default device; None: the accelerator.
    """
    cli.add_cfg_options_argument(parser)
    cli.add_inference_arguments(parser)
    parser.set_defaults(device=device)
    parser.add_argument('--input', required=True, help='video or folder of images')
    cli.add_input_size_argument(parser, size)
    parser.add_argument(
        '--out-dir',
        help='keep results, configs and ONNX files in this folder; ONNX files that lie '
        'there are used again',
    )


def add_length_arguments(
    parser: argparse.ArgumentParser, frames: int, warmup: int, rounds: int
) -> None:
    """Add the options for the length of a measurement, with these defaults."""
    cli.add_number_arguments(
        parser,
        frames=(frames, 'number of frames of a run'),
        warmup=(warmup, 'number of frames before, which are not timed'),
        rounds=(rounds, 'number of timed runs; the median counts'),
    )


def describe_run(args: argparse.Namespace, found: dict[str, Any], weights: str) -> str:
    """Say in a line what was tracked, and on what.

    Args:
        args: A command line with the options of `add_video_arguments` and
            `add_length_arguments`.
        found: What `measure_in_turn` gives for one of the variants.
        weights: What the weights are.
    """
    size = '{}x{}'.format(*args.input_size) if args.input_size else 'of the config'
    return (
        f'{weights}; {Path(args.input).name}, network input {size}; {args.rounds} '
        f'run(s) of {found["frames"]} frames after {args.warmup}; {found["device"]}: '
        f'{machine_line(found["machine"])}.'
    )
