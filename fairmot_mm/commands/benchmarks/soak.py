"""Track a video again and again, to see whether memory or time grow with its length.

The video is decoded again in every round, so that decoding, network, tracker, MOT text
and mp4 run as in a single video of that length. The resident memory and the time of a
frame are printed at regular intervals. Without a checkpoint the weights are random, see
the sub-command track.
"""

import argparse

from fairmot_mm.commands.benchmarks.shared import (
    add_batch_size_argument,
    add_video_arguments,
)
from fairmot_mm.utils.cli import add_number_arguments


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the sub-command."""
    parser.add_argument('config', help='config file')
    parser.add_argument('checkpoint', nargs='?', help='weights (default: random ones)')
    add_video_arguments(parser)
    add_number_arguments(
        parser,
        frames=(20_000, 'frames in all'),
        every=(1000, 'frames between measurements'),
    )
    add_batch_size_argument(parser)
    parser.add_argument('--no-video', action='store_true', help='write no mp4')
