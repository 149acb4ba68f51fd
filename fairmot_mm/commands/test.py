"""Track the test sequences of a config and score the tracks."""

import argparse

from fairmot_mm.utils.cli import (
    add_overwrite_argument,
    add_runner_arguments,
    make_parser,
    one_line_errors,
)
from fairmot_mm.utils.engine_arguments import (
    add_engine_arguments,
    check_engine_arguments,
)
from fairmot_mm.utils.inference_arguments import (
    add_inference_arguments,
    inference_options,
)
from fairmot_mm.utils.inputs import require_checkpoint, require_config
from fairmot_mm.utils.outputs import require_out_file, require_out_folder


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__)
    parser.add_argument('config', help='config file, or a name of the model zoo')
    parser.add_argument(
        'checkpoint',
        nargs='?',
        help='ours, or a published FairMOT .pth; a model of the zoo has its own',
    )
    parser.add_argument(
        '--out',
        metavar='DIR',
        help='folder of the MOT result files (results/ in the work dir)',
    )
    parser.add_argument(
        '--submission',
        metavar='FILE.zip',
        help='also write the results as the server of the benchmark takes them',
    )
    add_overwrite_argument(parser, 'a file of an earlier run in --out or --submission')
    add_runner_arguments(parser)
    add_engine_arguments(parser, default=None)
    add_inference_arguments(parser)
    # Options may stand between the two: scripts of several processes put some there.
    return parser.parse_intermixed_args()


@one_line_errors()
def main() -> None:
    """Run the tool."""
    args = parse_args()
    check_engine_arguments(args)
    require_checkpoint(args.checkpoint)
    require_out_folder(args.out, args.work_dir)
    require_out_file(args.submission)
    require_config(args.config, inference_options(args))
    if args.engine is None:
        from fairmot_mm.actions.test import test

        test(args)
        return
    from fairmot_mm.actions.test_sequences import test_sequences

    test_sequences(args)
