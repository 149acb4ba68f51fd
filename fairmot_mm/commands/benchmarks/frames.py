"""Measure what happens to frames before and after the network.

The first table compares ways of decoding and scaling, the second one presets of the
H.264 encoder, each on the same frames in turn. "processor ms" is the time of a core,
which other work on the machine changes little. PSNR is that of the brightness, compared
with the frames that were encoded.
"""

import argparse

from fairmot_mm.utils.cli import add_input_size_argument, add_number_arguments


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the sub-command."""
    parser.add_argument('--input', required=True, help='video or folder of images')
    add_input_size_argument(parser, (512, 320))
    parser.add_argument(
        '--presets',
        nargs='+',
        metavar='PRESET',
        default=['ultrafast', 'superfast', 'veryfast', 'faster', 'medium'],
        help='presets of the encoder (%(default)s)',
    )
    parser.add_argument(
        '--crf', type=float, default=23, help='quality of all presets (%(default)s)'
    )
    add_number_arguments(
        parser,
        frames=(100, 'number of frames of a run'),
        rounds=(3, 'number of timed runs; the median counts'),
    )
