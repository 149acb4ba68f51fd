"""Search for settings of a tracker with Optuna on files of detections.

Every trial is kept in OUT/study.db: an interrupted search continues where it stopped,
and several processes with the same OUT share the work. The best settings are written to
OUT/tuned_tracker.py, a config to train, test and track with.
"""

import argparse
from pathlib import Path

from fairmot_mm.utils import cli
from fairmot_mm.utils.inputs import require_config, require_paths
from fairmot_mm.utils.outputs import require_out_folder

PROTOCOLS = ('motchallenge', 'published')
METRICS = ('HOTA', 'IDF1', 'MOTA', 'mean')


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = cli.make_parser(__doc__)
    parser.add_argument(
        'detections', type=Path, help='file or folder made by cache_detections.py'
    )
    parser.add_argument(
        '--out', type=Path, required=True, help='folder of the study and its result'
    )
    parser.add_argument(
        '--metric',
        choices=METRICS,
        default='HOTA',
        help='score to raise; mean is that of HOTA, MOTA and IDF1 (default: HOTA)',
    )
    parser.add_argument(
        '--validation',
        type=Path,
        metavar='DETECTIONS',
        help='other detections: the start and the result are scored on them, too',
    )
    cli.add_number_arguments(
        parser,
        trials=(100, 'in all, earlier runs included'),
        seed=(0, 'seed of the search'),
    )
    cli.add_tracker_arguments(parser)
    parser.add_argument(
        '--space',
        type=Path,
        help='Python file with search_space = {KEY: (LOW, HIGH) or [CHOICE, ...]}, KEY '
        'being one of model.tracker; (LOW, HIGH) of two int are whole numbers',
    )
    parser.add_argument(
        '--param',
        nargs='+',
        default=[],
        metavar='KEY=VALUES',
        help='instead of a file, as in "track_buffer=(10, 90)" '
        '"linger_expired=[True, False]"',
    )
    parser.add_argument(
        '--around',
        type=float,
        metavar='SHARE',
        help='search each range only near the value that the tracker has now: this '
        'share of the range, above 0 and below 1',
    )
    parser.add_argument(
        '--protocol',
        choices=PROTOCOLS,
        default='motchallenge',
        help='rules of the scores (default: %(default)s)',
    )
    args = parser.parse_args()
    if args.cfg_options and args.config is None:
        parser.error('--cfg-options needs --config')
    return args


@cli.one_line_errors('the same command continues the search')
def main() -> None:
    """Run the tool."""
    args = parse_args()
    require_config(args.config, args.cfg_options)
    require_paths(args.detections, args.validation)
    require_out_folder(args.out)
    from fairmot_mm.actions.tune_tracker import tune_tracker

    tune_tracker(args)
