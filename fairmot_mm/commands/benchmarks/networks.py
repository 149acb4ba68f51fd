"""Measure the seconds a frame of every network, from a video to its MOT file.

The weights are random, see the sub-command track, and the same for all variants, whose
tracks are compared. --out-dir keeps the ONNX files: exporting takes longer than
measuring.
"""

import argparse
from pathlib import Path

from fairmot_mm.commands.benchmarks.shared import (
    add_length_arguments,
    add_video_arguments,
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the sub-command."""
    parser.add_argument(
        'configs', nargs='*', type=Path, help='config files (default: all our networks)'
    )
    add_video_arguments(parser, (1088, 608), 'cpu')
    parser.add_argument(
        '--variants',
        nargs='+',
        default=['pytorch', 'onnxruntime'],
        help='see the sub-command track, --compare (pytorch onnxruntime)',
    )
    add_length_arguments(parser, frames=3, warmup=1, rounds=1)
