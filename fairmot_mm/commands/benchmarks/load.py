"""Measure tracking and training on an idle machine and beside other work.

Every back-end runs twice, each time in its own process: with idle threads that spin,
as the libraries let them by default, and with idle threads that sleep, as this package
lets them. All run in turn, without other work and beside some processes that each keep
a core busy. Training is measured by the same config, on images of noise.
"""

import argparse

from fairmot_mm.commands.benchmarks.shared import (
    add_length_arguments,
    add_video_arguments,
)
from fairmot_mm.utils.cli import add_number_arguments


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the sub-command."""
    parser.add_argument('config', help='config file')
    parser.add_argument('checkpoint', nargs='?', help='weights (default: random)')
    add_video_arguments(parser, device='cpu')
    parser.add_argument(
        '--compare',
        nargs='+',
        default=['pytorch', 'onnxruntime'],
        metavar='VARIANT',
        help='ways of running the network, as those of `track` (pytorch onnxruntime)',
    )
    add_length_arguments(parser, frames=20, warmup=3, rounds=3)
    add_number_arguments(
        parser,
        busy=(2, 'number of busy processes'),
        batch_size=(2, 'images in a training step'),
        steps=(2, 'training steps of a run'),
    )
    parser.add_argument(
        '--no-training', action='store_true', help='measure tracking only'
    )
