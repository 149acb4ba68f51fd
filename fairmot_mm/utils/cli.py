"""What the command line tools share."""

import argparse
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from mmengine.config import DictAction

from fairmot_mm.utils.errors import UserInputError
from fairmot_mm.utils.step_clock import failed_step


@contextmanager
def one_line_errors() -> Iterator[None]:
    """End the program with one line, not a traceback, on an error a user caused.

    A warning about mmdet's own code, which no user can heed, is not shown.

    Raises:
        SystemExit: With ``error: <message>``; its status is 1.
    """
    warnings.filterwarnings('ignore', r'.*torch\.cuda\.amp\.autocast', module='mmdet')
    try:
        yield
    except UserInputError as error:
        # An error of a data loader's worker arrives as that worker's whole traceback.
        marker = rf'(?s).*\b{type(error).__name__}: '
        message = re.sub(marker, '', str(error)).strip()
        raise SystemExit(f'error: {message}{where(error)}') from error
    except RuntimeError as error:
        lost = re.search(
            r'DataLoader worker \(pid.*?\) (?:is killed|exited)[^.]*', str(error)
        )
        if not lost:
            raise
        raise SystemExit(
            f'error: {lost[0]}: the system ended a process that loads images, most '
            'often for want of memory. Lower num_workers or give the job more memory '
            'and /dev/shm, then go on with --resume'
        ) from error


def where(error: BaseException) -> str:
    """`` (step: NAME)`` if an error comes from a pipeline step, or an empty text."""
    name = failed_step(error)
    return f' (step: {name})' if name else ''


def run_converter(convert: Callable[..., object], args: argparse.Namespace) -> None:
    """Call ``convert`` with the arguments of the command line and print what it says.

    Raises:
        SystemExit: On an error a user caused (1) or an interrupt (130).
    """
    try:
        with one_line_errors():
            print(convert(**vars(args), show_progress=True))
    except KeyboardInterrupt:
        print('interrupted: no list was written; the same command starts anew')
        raise SystemExit(130) from None


def add_converter_arguments(
    parser: argparse.ArgumentParser,
    default_classes: Sequence[str] | None = None,
    name: str | None = None,
) -> None:
    """Add the options that the data set converters have in common.

    Args:
        parser: Parser to add to.
        default_classes: Classes taken unless ``--classes`` says otherwise; None leaves
            the option out.
        name: Default of the set's name; None makes it an argument that must be given.
    """
    parser.add_argument('out', help='data root of the training configs')
    text = 'name of the set: its folder in OUT; its lists have it in lower case'
    if name is None:
        parser.add_argument('name', help=text)
    else:
        parser.add_argument('--name', default=name, help=f'{text} (default {name})')
    parser.add_argument('--copy', action='store_true', help='copy images, do not link')
    parser.add_argument('--workers', type=int, help='processes (default one a core)')
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


def add_video_arguments(
    parser: argparse.ArgumentParser, *, has_ending: bool = True
) -> None:
    """Add the options of converters whose source does not say all about a video."""
    parser.add_argument(
        '--clip', action='store_true', help='clip boxes to the image, as for MOT20'
    )
    parser.add_argument(
        '--frame-rate', type=float, default=30.0, help='frames a second (default 30)'
    )
    if has_ending:
        parser.add_argument(
            '--ending', default='train', help='of the list: val makes OUT/NAME.val'
        )


def add_tracker_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of tools that run a tracker on detections of a file."""
    parser.add_argument(
        '--config', help='config with the tracker (default: JDETracker as published)'
    )
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=DictAction,
        help='override keys of the config, as in model.tracker.track_buffer=60',
    )


def add_inference_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of how a network runs; `inference_options` reads them.

    Each is the key of the config's ``inference`` of the same name.
    """
    group = parser.add_argument_group(
        'inference', 'how the network runs; docs/inference_options.md compares them'
    )
    group.add_argument(
        '--device', help='as in cpu, cuda:1 or mps; the accelerator there is'
    )
    group.add_argument(
        '--backend',
        choices=['pytorch', 'onnxruntime'],
        help='what runs the network (pytorch; onnxruntime for an ONNX file)',
    )
    group.add_argument(
        '--precision',
        choices=['float32', 'float16', 'bfloat16'],
        help='numbers of the network (float32)',
    )
    group.add_argument(
        '--channels-last',
        action=argparse.BooleanOptionalAction,
        help='layout of its maps in memory (on a CPU, and in low precision on a GPU)',
    )
    for name, text in (
        ('--fuse-conv-bn', 'fold batch norms into convolutions'),
        ('--compile', 'generate code for the network at its first frame'),
        ('--cuda-graphs', 'record the kernels of the network and replay them'),
    ):
        group.add_argument(name, action=argparse.BooleanOptionalAction, help=text)
    group.add_argument(
        '--num-threads', type=int, metavar='N', help='threads of an operation on a CPU'
    )


def inference_options(args: argparse.Namespace) -> dict[str, Any] | None:
    """``--cfg-options`` of a command line, with those of `add_inference_arguments`."""
    named = {
        f'inference.{name}': getattr(args, name)
        for name in (
            'backend',
            'precision',
            'channels_last',
            'fuse_conv_bn',
            'compile',
            'cuda_graphs',
            'num_threads',
        )
        if getattr(args, name) is not None
    }
    return {**(args.cfg_options or {}), **named} or None


def add_runner_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options that ``tools/train.py`` and ``tools/test.py`` have in common."""
    parser.add_argument('--work-dir', help='folder of logs, checkpoints and results')
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=DictAction,
        help='override keys of the config, as in train_dataloader.batch_size=4',
    )
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
