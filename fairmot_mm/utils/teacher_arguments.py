"""Options of the tools that run a teacher network."""

import argparse

from fairmot_mm.utils.cli import finite_number, positive_whole


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
        '--device', default='cpu', help='as in cuda:0; it needs onnxruntime-gpu'
    )
