"""Options of the tools that run a teacher network."""

import argparse

from fairmot_mm.utils.cli import finite_number, positive_whole
from fairmot_mm.utils.option_types import device

# What detectors of mmdet subtract from the pixels and divide by, blue first.
MMDET_MEAN = (103.53, 116.28, 123.675)
MMDET_STD = (57.375, 57.12, 58.395)


def positive_number(text: str) -> float:
    """Read a number above 0 of a command line.

    Args:
        text: The argument.

    Raises:
        ArgumentTypeError: It is not a finite number above 0.
    """
    value = finite_number(text)
    if value <= 0:
        raise argparse.ArgumentTypeError(f'{text} is not above 0')
    return value


def add_teacher_arguments(
    parser: argparse.ArgumentParser,
    size: str,
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0),
    std: tuple[float, float, float] = (1.0, 1.0, 1.0),
) -> None:
    """Add the options that say how the network wants its pixels.

    Args:
        parser: Parser to add to.
        size: What ``--size`` is, for the help.
        mean: Default of ``--mean``.
        std: Default of ``--std``.
    """
    parser.add_argument(
        '--size',
        nargs=2,
        type=positive_whole,
        metavar=('W', 'H'),
        help=f'{size}, where the file takes any',
    )
    for name, default, kind, text in (
        ('mean', mean, finite_number, 'subtracted'),
        ('std', std, positive_number, 'divisors'),
    ):
        parser.add_argument(
            f'--{name}',
            nargs=3,
            type=kind,
            default=default,
            help=f'{text} of the three channels, in 0 to 255 (default '
            f'{" ".join(f"{value:g}" for value in default)})',
        )
    parser.add_argument(
        '--rgb', action='store_true', help='the file wants red first (default: blue)'
    )
    parser.add_argument(
        '--device',
        type=device,
        default='cpu',
        help='as in cuda:0; it needs onnxruntime-gpu',
    )


def add_detector_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the detector, and the scores that make people and regions of its boxes.

    Args:
        parser: Parser to add to.
    """
    parser.add_argument('--teacher', required=True, help='ONNX file of the detector')
    parser.add_argument(
        '--score-thr',
        type=finite_number,
        default=0.55,
        help='score from which a box is a person (default 0.55)',
    )
    parser.add_argument(
        '--ignore-thr',
        type=finite_number,
        default=0.3,
        help='score from which a box is an ignore region (default 0.3)',
    )
    parser.add_argument(
        '--person', type=int, default=0, help='number of the class (default 0)'
    )


def require_thresholds(
    parser: argparse.ArgumentParser, args: argparse.Namespace
) -> None:
    """Refuse thresholds that are no scores, or in the wrong order.

    Args:
        parser: Reports the error.
        args: The command line.
    """
    if not 0 < args.ignore_thr <= args.score_thr <= 1:
        parser.error(
            f'--ignore-thr {args.ignore_thr:g} and --score-thr {args.score_thr:g} must '
            'be above 0, at most 1 and in this order'
        )
