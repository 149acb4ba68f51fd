"""Write the detections of sequences to files, for tools that run many trackers on them.

They come from a trained model, or from ground truth with noise. Sequences that already
have a file from the same model and settings are left out.
"""

import argparse
from pathlib import Path

from fairmot_mm.utils.cfg_options import CfgOptions
from fairmot_mm.utils.cli import add_number_arguments, make_parser, one_line_errors
from fairmot_mm.utils.engine_arguments import (
    add_engine_arguments,
    check_engine_arguments,
)
from fairmot_mm.utils.inputs import require_checkpoint, require_config
from fairmot_mm.utils.option_types import device
from fairmot_mm.utils.outputs import require_out_folder

# Fields of DetectionNoise.
NOISE = (
    'jitter',
    'miss_rate',
    'ghost_rate',
    'score',
    'score_noise',
    'score_drop',
    'embed_dims',
    'embed_noise',
    'likeness',
    'gap_rate',
    'gap_frames',
    'stride',
)


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__.split('\n\n')[0])
    parser.add_argument(
        'sequences', nargs='+', type=Path, help='MOTChallenge sequence folders'
    )
    parser.add_argument(
        '--out', type=Path, required=True, help='folder for SEQUENCE.npz'
    )
    parser.add_argument('--config', help='config file of a model')
    parser.add_argument('--checkpoint', help='its weights')
    parser.add_argument(
        '--device',
        type=device,
        help='as in cpu or cuda:0 (default: the accelerator)',
    )
    add_number_arguments(
        parser, batch_size=(1, 'frames in a batch'), seed=(0, 'seed of the noise')
    )
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=CfgOptions,
        help='override keys of the config: scores below '
        'model.detector.bbox_head.test_cfg.score_thr are not in the files',
    )
    parser.add_argument(
        '--noise',
        nargs='*',
        action=CfgOptions,
        help='use ground truth with noise; KEY=VALUE changes one of '
        f'{", ".join(NOISE)}',
    )
    add_engine_arguments(parser, default=None)
    args = parser.parse_args()
    if (args.noise is None) == (args.config is None):
        parser.error('give --config and --checkpoint, or --noise')
    if args.noise is not None and args.cfg_options:
        parser.error('--cfg-options is for --config')
    if args.config and not args.checkpoint:
        parser.error('--config needs --checkpoint')
    return args


@one_line_errors()
def main() -> None:
    """Run the tool."""
    args = parse_args()
    check_engine_arguments(args)
    if args.config:
        require_config(args.config, args.cfg_options)
    require_checkpoint(args.checkpoint)
    require_out_folder(args.out)
    from fairmot_mm.actions.cache_detections import cache_detections

    cache_detections(args)
