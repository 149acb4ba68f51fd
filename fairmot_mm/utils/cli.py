"""Options and the handling of errors that the command line tools share."""

import argparse
import re
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from fairmot_mm.utils.errors import UserInputError
from fairmot_mm.utils.step_clock import failed_step

T = TypeVar('T')
_INFERENCE = (
    'backend',
    'precision',
    'channels_last',
    'fuse_conv_bn',
    'compile',
    'cuda_graphs',
    'num_threads',
)
# The default of the converters whose sources name classes.
PERSON_CLASSES = ('pedestrian,person',)
_INTERRUPTED = 130  # status that a shell reports for Ctrl-C


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
            status 130 on an interrupt.
    """
    warnings.filterwarnings('ignore', r'.*torch\.cuda\.amp\.autocast', module='mmdet')
    try:
        yield
    except UserInputError as error:
        # An error of a data loader's worker arrives as that worker's whole traceback.
        marker = rf'(?s).*\b{type(error).__name__}: '
        message = re.sub(marker, '', str(error)).strip()
        raise SystemExit(f'error: {message}{_where(error)}') from error
    except KeyboardInterrupt as interrupt:
        if _is_main_process():
            advice = f': {interrupted}' if interrupted else ''
            print(f'interrupted{_where(interrupt)}{advice}', file=sys.stderr)
        raise SystemExit(_INTERRUPTED) from None
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


def _is_main_process() -> bool:
    """Whether this process may print: true until a run has started others."""
    if 'mmengine' not in sys.modules:
        return True
    from mmengine.dist import is_main_process

    return is_main_process()


def _where(error: BaseException) -> str:
    """Write `` (step: NAME)`` if an error comes from a pipeline step, or nothing."""
    name = failed_step(error)
    return f' (step: {name})' if name else ''


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
            '--clip', action='store_true', help='clip boxes to the image, as for MOT20'
        )
    if has_frame_rate:
        text = 'frames a second (default 30)'
        parser.add_argument('--frame-rate', type=float, default=30.0, help=text)
    if has_ending:
        text = 'ending of the list: val makes OUT/NAME.val'
        parser.add_argument('--ending', default='train', help=text)


def add_workers_argument(parser: argparse.ArgumentParser) -> None:
    """Add ``--workers``, the number of processes of a conversion or check."""
    parser.add_argument('--workers', type=int, help='processes (default one a core)')


def make_parser(text: str) -> argparse.ArgumentParser:
    """Make a parser of a command line.

    Args:
        text: What the tool does; its line breaks are kept.
    """
    return argparse.ArgumentParser(
        description=text, formatter_class=argparse.RawDescriptionHelpFormatter
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
            type=type(default),
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


class KeyValueAction(argparse.Action):
    """mmengine's `DictAction` for ``KEY=VALUE``, imported once the option is used."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        """Store the keys and values as a dict, see `argparse.Action`."""
        from mmengine.config import DictAction

        DictAction(self.option_strings, self.dest)(
            parser, namespace, values, option_string
        )


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
        action=KeyValueAction,
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
        choices=['pytorch', 'onnxruntime'],
        help='what runs the network (pytorch; onnxruntime for an ONNX file)',
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
