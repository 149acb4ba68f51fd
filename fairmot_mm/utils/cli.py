"""Options and the handling of errors that the command line tools share."""

import argparse
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NoReturn, TypeVar

from fairmot_mm.utils.cfg_options import CfgOptions
from fairmot_mm.utils.errors import DataError
from fairmot_mm.utils.exact_numbers import rate_number
from fairmot_mm.utils.one_line_errors import one_line_errors
from fairmot_mm.utils.option_types import finite_number, positive_whole
from fairmot_mm.utils.urls import hide_secrets

__all__ = [
    'PERSON_CLASSES',
    'add_cfg_options_argument',
    'add_converter_arguments',
    'add_inference_arguments',
    'add_input_size_argument',
    'add_number_arguments',
    'add_overwrite_argument',
    'add_runner_arguments',
    'add_tracker_arguments',
    'add_workers_argument',
    'finite_number',
    'inference_options',
    'make_parser',
    'one_line_errors',
    'positive_whole',
    'rate',
    'run_converter',
    'show_progress',
]

T = TypeVar('T')
_INFERENCE = (
    'backend',
    'provider',
    'precision',
    'channels_last',
    'fuse_conv_bn',
    'compile',
    'cuda_graphs',
    'num_threads',
)
# The default of the converters whose sources name classes.
PERSON_CLASSES = ('pedestrian,person',)


@one_line_errors('no list was written; the same command starts again')
def run_converter(convert: Callable[..., object], args: argparse.Namespace) -> None:
    """Call a converter with the arguments of the command line and print its report.

    Args:
        convert: Function of `fairmot_mm.datasets.converters`.
        args: Its arguments by name.

    Raises:
        SystemExit: See `one_line_errors`.
    """
    print(convert(**vars(args), show_progress=True))


def add_converter_arguments(
    parser: argparse.ArgumentParser,
    default_classes: Sequence[str] | None = None,
    name: str | None = None,
    *,
    has_frame_rate: bool = False,
    has_ending: bool = False,
    ignored: str | None = None,
) -> None:
    """Add the options that the data set converters have in common.

    Args:
        parser: Parser to add to.
        default_classes: Classes that are taken without ``--classes``; None leaves the
            option out.
        name: Default name of the set; None makes the name an argument that must be
            given.
        has_frame_rate: Whether the source does not say the frame rate of its videos.
        has_ending: Whether the user names the ending of the list.
        ignored: What the source keeps but does not count, for the help of
            ``--keep-ignored``; None leaves the option out.
    """
    parser.add_argument('out', help='data root of the training configs')
    text = 'name of the set: its folder in OUT; its lists have it in lower case'
    if name is None:
        parser.add_argument('name', help=text)
    else:
        parser.add_argument('--name', default=name, help=f'{text} (default {name})')
    parser.add_argument('--copy', action='store_true', help='copy images, do not link')
    add_workers_argument(parser)
    if default_classes is not None:
        parser.add_argument(
            '--classes',
            nargs='+',
            default=default_classes,
            metavar='NAME[,NAME]',
            help='names of the classes to take, in the order of their ids; those that '
            'become one class are joined by commas (default '
            f'{" ".join(default_classes)})',
        )
        parser.add_argument(
            '--ignore-classes',
            nargs='+',
            default=(),
            metavar='NAME',
            help='names of classes whose boxes become ignore regions: nothing in them '
            'is trained, neither as a person nor as background',
        )
        parser.add_argument(
            '--clip', action='store_true', help='clip boxes to the image, as for MOT20'
        )
    if ignored is not None:
        text = f'make ignore regions of {ignored} (default: leave them out)'
        parser.add_argument('--keep-ignored', action='store_true', help=text)
    if has_frame_rate:
        text = 'frames a second (default 30)'
        parser.add_argument('--frame-rate', type=rate, default=30.0, help=text)
    if has_ending:
        text = 'ending of the list: val makes OUT/NAME.val'
        parser.add_argument('--ending', default='train', help=text)


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


def add_inference_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of how a network runs; `inference_options` reads them.

    Each is the key of the config's ``inference`` of the same name.
    """
    group = parser.add_argument_group(
        'inference',
        'how the network runs; docs/reference/inference_options.md compares them',
    )
    group.add_argument(
        '--device', help='as in cpu, cuda:1 or mps (default: the accelerator)'
    )
    group.add_argument(
        '--backend',
        choices=['pytorch', 'onnxruntime', 'openvino'],
        help='what runs the network (pytorch; onnxruntime for an ONNX file)',
    )
    group.add_argument(
        '--provider',
        choices=['cpu', 'cuda', 'tensorrt'],
        help='execution provider of onnxruntime (that of the device)',
    )
    group.add_argument(
        '--precision',
        choices=['float32', 'float16', 'bfloat16'],
        help='precision of the network (float32)',
    )
    for name, text in (
        (
            'channels-last',
            'memory layout of the feature maps (on by default on a CPU, '
            'and in low precision on a GPU)',
        ),
        ('fuse-conv-bn', 'fold batch norms into convolutions'),
        ('compile', 'generate code for the network at its first frame'),
        ('cuda-graphs', 'record the kernels of the network and replay them'),
    ):
        group.add_argument(
            f'--{name}',
            action=argparse.BooleanOptionalAction,
            help=text,
        )
    group.add_argument(
        '--num-threads',
        type=int,
        metavar='N',
        help='threads of an operation on a CPU',
    )


def inference_options(args: argparse.Namespace) -> dict[str, Any] | None:
    """Join ``--cfg-options`` with the options of `add_inference_arguments`.

    Args:
        args: A command line with both.

    Returns:
        Config keys to override; None where there are none.
    """
    named = {f'inference.{name}': getattr(args, name) for name in _INFERENCE}
    named = {key: value for key, value in named.items() if value is not None}
    return {**(args.cfg_options or {}), **named} or None


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
