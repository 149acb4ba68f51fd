"""Measure training: from a packed batch to updated weights, by network and option.

Every option runs in its own process, one step of each in turn. Images and people are
noise: the time does not depend on them. The option mmcv exchanges the deformable
convolution for mmcv's. Reading the data is measured by benchmark_data.py. Hooks are
left out, except for the loss guard where it is an option.
"""

import argparse
from pathlib import Path

from fairmot_mm.utils.cli import (
    add_cfg_options_argument,
    add_input_size_argument,
    add_number_arguments,
)
from fairmot_mm.utils.option_types import device

# Names of fairmot_mm.benchmark.training_benchmark.OPTIONS.
OPTIONS = (
    'float32',
    'mmcv',
    'bfloat16',
    'float16',
    'fused',
    'channels-last',
    'compile',
    'loss-guard',
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the sub-command."""
    parser.add_argument('configs', nargs='+', type=Path, help='config files')
    parser.add_argument(
        '--compare',
        nargs='+',
        metavar='OPTION',
        help=f'measure these in turn: {", ".join(OPTIONS)}, or several joined by +, as '
        'in float32 float16+fused (default: those that suit the device)',
    )
    parser.add_argument(
        '--device', type=device, help='as in cuda:0 (default: the accelerator)'
    )
    add_input_size_argument(parser, (1088, 608))
    add_number_arguments(
        parser,
        batch_size=(4, 'images in a batch'),
        steps=(4, 'number of timed steps'),
        warmup=(1, 'number of steps before, which are not timed'),
    )
    add_cfg_options_argument(parser)
