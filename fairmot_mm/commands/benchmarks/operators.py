"""Measure the deformable convolution: our operator and mmcv's, forward and backward.

Each operator runs in its own process, one run of each in turn. The default size is that
of the layers of DLA-34 that take most of a training with 4 images of 320x192. "grown
MB" is what the process grew by beside weights and input.
"""

import argparse

from fairmot_mm.utils.cli import add_input_size_argument, add_number_arguments
from fairmot_mm.utils.option_types import device


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the sub-command."""
    parser.add_argument(
        '--device', type=device, default='cpu', help='as in cuda:0 (cpu)'
    )
    add_input_size_argument(parser, (80, 48))
    add_number_arguments(
        parser,
        batch_size=(4, 'maps in a batch'),
        channels=(64, 'channels of the input and the output'),
        rounds=(5, 'number of timed runs; the median counts'),
    )
