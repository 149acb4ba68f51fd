"""Score several trackers on the same detections and print tables.

With --detections they are read from files of cache_detections.py; the trackers are
scored on each sequence and on all together, with the processor time of the tracker. A
tracker of another library is left out where the library is not installed.

Without --detections they are made of the ground truth of MOTChallenge sequences with
seeded noise, so that no trained model is needed; every seed is scored over all
sequences together. The config has `trackers`, a dict of tracker configs by name, to be
compared on the sequences of the command line; or `comparisons`, a list of dicts with
`title`, `trackers`, `sequences` (below --data-root) and, where it differs, `noise`,
each of which gives a table. A tracker config may have `detect_every`, as a model has.
Configs are in tools/analysis_tools/inputs.
"""

import argparse
from pathlib import Path

from fairmot_mm.utils import cli
from fairmot_mm.utils.cfg_options import CfgOptions
from fairmot_mm.utils.inputs import require_config, require_paths


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = cli.make_parser(__doc__)
    parser.add_argument('config', help='file with `trackers` or `comparisons`')
    parser.add_argument(
        'sequences',
        nargs='*',
        type=Path,
        help='MOTChallenge folders with gt/gt.txt, for `trackers`',
    )
    parser.add_argument(
        '--data-root',
        type=Path,
        default=Path('data'),
        help='folder that has the sequences of `comparisons` (%(default)s)',
    )
    parser.add_argument(
        '--detections',
        type=Path,
        help='file or folder made by cache_detections.py, for `trackers`',
    )
    parser.add_argument(
        '--seeds', type=int, help='number of runs with different noise (default: 5)'
    )
    parser.add_argument(
        '--noise',
        nargs='+',
        action=CfgOptions,
        default={},
        help='other values of DetectionNoise, as in miss_rate=0.2 gap_rate=0.01; '
        'those of a comparison take precedence',
    )
    return parser.parse_args()


@cli.one_line_errors()
def main() -> None:
    """Run the tool."""
    args = parse_args()
    require_config(args.config)
    require_paths(*args.sequences, args.detections)
    from fairmot_mm.actions.compare_trackers import compare_trackers

    compare_trackers(args)
