"""Show how options of inference change results: detections, embeddings and tracks.

Each variant tracks the same frames as the reference: PyTorch in float32 with contiguous
maps. The table has a row for each network and variant. Without a checkpoint a network
gets random weights that detect something, see the sub-command track.
"""

import argparse
from pathlib import Path

from fairmot_mm.commands.benchmarks.shared import add_video_arguments
from fairmot_mm.utils.cli import add_number_arguments

ON_A_CPU = (
    'channels-last',
    'fuse-conv-bn',
    'bfloat16+fuse-conv-bn',
    'compile',
    'onnxruntime',
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the sub-command."""
    parser.add_argument('configs', nargs='+', type=Path, help='config files')
    parser.add_argument('--checkpoint', help='weights (default: random ones)')
    add_video_arguments(parser, device='cpu')
    add_number_arguments(parser, frames=(10, 'number of first frames of the input'))
    parser.add_argument(
        '--variants',
        nargs='+',
        default=ON_A_CPU,
        help=f'see the sub-command track, --compare ({" ".join(ON_A_CPU)})',
    )
