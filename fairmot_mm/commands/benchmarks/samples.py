"""Time a training sample from the image file to the packed tensor, step by step.

Two forms run in turn on the same images with the same random numbers, on one core: the
pipeline of the config, and the same with its fused transform split into steps. The
median of each step is reported, and how much boxes and pixels of the two forms differ.
"""

import argparse
from pathlib import Path

from fairmot_mm.utils.cli import add_number_arguments


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the sub-command."""
    parser.add_argument(
        'config',
        nargs='?',
        help='config of a training pipeline (default: that of 1088x608)',
    )
    parser.add_argument(
        '--images',
        type=Path,
        help='read the images below this folder instead of the data of the config; '
        'each gets 20 random boxes',
    )
    add_number_arguments(parser, num_samples=(60, 'number of images'))
