"""Measure tracking in several videos at the same time, by back-end and batch size.

The videos are copies of parts of one video, in a temporary folder, at the height that
is asked for. Variants run in turn, each in its own process. A second table has the time
of each pipeline step. Steps run in parallel in several threads, so that their sum is
more than the time of a frame.
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
    add_video_arguments(parser)
    parser.add_argument(
        '--compare',
        nargs='+',
        metavar='VARIANT',
        help='measure these variants in turn, as in onnxruntime+batch-4 (default: '
        'pytorch and onnxruntime with batches of 1, 2, 4 and 8)',
    )
    add_length_arguments(parser, frames=30, warmup=3, rounds=2)
    add_number_arguments(
        parser,
        streams=(8, 'number of videos'),
        height=(360, 'height of the videos in pixels'),
    )
