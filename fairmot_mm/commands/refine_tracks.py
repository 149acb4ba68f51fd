"""Refine finished tracks: fill their gaps; split, link and smooth them if asked to.

The tool reads MOTChallenge result files and writes new ones with the same names.
`evaluate.py results GT_ROOT BEFORE AFTER` compares their scores.
"""

import argparse
from pathlib import Path

from fairmot_mm.utils.cfg_options import CfgOptions
from fairmot_mm.utils.cli import (
    add_number_arguments,
    add_overwrite_argument,
    make_parser,
    one_line_errors,
    rate,
)
from fairmot_mm.utils.inputs import require_paths
from fairmot_mm.utils.outputs import require_out_folder


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__)
    parser.add_argument(
        'results', type=Path, help='result file, or folder of them (SEQUENCE.txt)'
    )
    parser.add_argument(
        '--out', type=Path, required=True, help='folder to write the new files to'
    )
    add_overwrite_argument(parser, 'a file of an earlier run')
    parser.add_argument(
        '--data-root',
        type=Path,
        help='folder of the sequences; names the frames there are, where their numbers '
        'have gaps (without it, every number between two is a frame)',
    )
    parser.add_argument(
        '--detections',
        type=Path,
        help='file or folder made by cache_detections.py, for the embeddings of the '
        'boxes and the frame rate',
    )
    parser.add_argument(
        '--frame-rate', type=rate, help='frames a second, for --link without detections'
    )
    for name, kind, text in (
        ('split', 'TrackletSplitting', 'split tracks whose embeddings change for good'),
        ('link', 'TrackletLinking', 'give one identity to tracks of one person'),
    ):
        parser.add_argument(
            f'--{name}',
            nargs='*',
            action=CfgOptions,
            metavar='KEY=VALUE',
            help=f'{text}; KEY=VALUE changes an argument of {kind}, and type=NAME '
            'takes another component',
        )
    parser.add_argument(
        '--method',
        choices=['linear', 'gaussian'],
        default='linear',
        help='fill gaps along straight lines, or also smooth every track by Gaussian '
        'process regression (default: %(default)s)',
    )
    add_number_arguments(
        parser,
        max_gap=(20, 'most frames missing in a row that are filled in'),
        tau=(
            10.0,
            'strength of the smoothing; take less for fast people or a low frame rate',
        ),
        noise=(1e-4, 'variance of boxes, as a share of that of the motion'),
    )
    return parser.parse_args()


@one_line_errors()
def main() -> None:
    """Run the tool."""
    args = parse_args()
    require_paths(args.results, args.detections)
    require_out_folder(args.out)
    from fairmot_mm.actions.refine_tracks import refine_tracks

    refine_tracks(args)
