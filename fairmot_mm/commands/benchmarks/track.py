"""Measure tracking from a video to its results: throughput, steps, latency, memory.

Without --compare one way of running the network is measured in full: the frames a
second of whole runs; in a separate run, with a clock, the time of every pipeline step;
and the time from a decoded frame to its tracks, one frame at a time. With --compare
several ways run in turn on the same frames, each in its own process, and their tracks
are compared. Without a checkpoint the weights are random: what is detected then means
nothing, but there are about as many detections as in a crowd.
"""

import argparse

from fairmot_mm.commands.benchmarks.shared import (
    add_batch_size_argument,
    add_length_arguments,
    add_video_arguments,
)
from fairmot_mm.utils.cli import add_number_arguments


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the sub-command."""
    parser.add_argument('config', help='config file')
    parser.add_argument(
        'checkpoint', nargs='?', help='weights or an ONNX file (default: random)'
    )
    add_video_arguments(parser)
    parser.add_argument(
        '--compare',
        nargs='*',
        metavar='VARIANT',
        help='measure these variants in turn, as in --compare pytorch '
        'fuse-conv-bn+batch-4 onnxruntime; without names those that suit the device',
    )
    parser.add_argument(
        '--reference',
        metavar='VARIANT',
        help='the variant whose tracks the others are compared with (the first)',
    )
    add_length_arguments(parser, frames=50, warmup=3, rounds=2)
    parser.add_argument(
        '--no-threads', action='store_true', help='run one step after the other'
    )
    parser.add_argument(
        '--save-video',
        nargs='?',
        const='superfast',
        metavar='PRESET',
        help='also write an mp4, with this preset of the encoder (default superfast)',
    )
    add_batch_size_argument(parser)
    add_number_arguments(
        parser, people=(30, 'random weights find about as many people in a frame')
    )
