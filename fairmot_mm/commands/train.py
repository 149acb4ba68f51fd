"""Train a model of any config."""

import argparse

from fairmot_mm.utils.cli import add_runner_arguments, make_parser, one_line_errors
from fairmot_mm.utils.inputs import require_checkpoint, require_config
from fairmot_mm.utils.outputs import require_out_folder


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__)
    parser.add_argument('config', help='config file')
    parser.add_argument(
        '--amp',
        nargs='?',
        const='float16',
        choices=['float16', 'bfloat16'],
        help='mixed precision training: float16 (default, GPU only) or bfloat16',
    )
    parser.add_argument(
        '--auto-scale-lr',
        action='store_true',
        help='scale the learning rate by the batch size (auto_scale_lr of the config)',
    )
    parser.add_argument(
        '--resume',
        nargs='?',
        const='auto',
        metavar='CHECKPOINT',
        help='continue from CHECKPOINT, or from the newest one of the work dir',
    )
    add_runner_arguments(parser)
    return parser.parse_args()


@one_line_errors('--resume continues from the newest checkpoint')
def main() -> None:
    """Run the tool."""
    args = parse_args()
    if args.resume != 'auto':
        require_checkpoint(args.resume)
    require_out_folder(args.work_dir)
    require_config(args.config, args.cfg_options)
    from fairmot_mm.actions.train import train

    train(args)
