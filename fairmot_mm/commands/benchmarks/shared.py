"""Sub-commands of the measuring tools, and the options that they share."""

import argparse
from collections.abc import Sequence
from typing import Protocol

from fairmot_mm.utils import cli
from fairmot_mm.utils.inference_arguments import add_inference_arguments

_AT_LEAST_1 = ('frames', 'warmup', 'rounds', 'steps', 'batch_size', 'identities')


class Command(Protocol):
    """A sub-command: a module with this function.

    The module of its name in `fairmot_mm.benchmark.commands` measures.

    Its docstring is the help text, whose first line is the summary in a list.
    """

    __doc__: str | None
    __name__: str

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add the options of the sub-command."""


def parse_command(description: str, commands: Sequence[Command]) -> argparse.Namespace:
    """Read the command line of this process as that of a tool with sub-commands.

    Args:
        description: What the tool does.
        commands: The sub-commands, which have the names of their modules.

    Returns:
        The options, and as ``command`` the name of the chosen sub-command.
    """
    parser = cli.make_parser(description)
    choices = parser.add_subparsers(dest='command', required=True, metavar='COMMAND')
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
    args = parser.parse_args()
    for option in _AT_LEAST_1:
        value = getattr(args, option, None)
        if value is not None and value < 1:
            parser.error(f'--{option.replace("_", "-")} {value}: it must be 1 or more')
    return args


def add_batch_size_argument(parser: argparse.ArgumentParser) -> None:
    """Add the option that sets the number of frames in a batch."""
    parser.add_argument(
        '--batch-size',
        type=int,
        help='frames in a batch (1, in OpenVINO two for each thread)',
    )


def add_video_arguments(
    parser: argparse.ArgumentParser,
    size: tuple[int, int] | None = None,
    device: str | None = None,
) -> None:
    """Add the options of a measured video: the file, network input and inference.

    Args:
        parser: The parser of a sub-command.
        size: Default (width, height) in pixels; None: that of the config.
        device: Default device; None: the accelerator.
    """
    cli.add_cfg_options_argument(parser)
    add_inference_arguments(parser)
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


def add_report_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options that the report of a measurement reads."""
    parser.add_argument('--json', metavar='FILE', help='write all numbers to this file')
    parser.add_argument(
        '--write',
        metavar='FILE#NAME',
        help='put the tables between the lines <!-- NAME --> and <!-- end of NAME --> '
        'of a document',
    )
