"""Explain why an identity switched, or took a detection, as text and as a picture.

The tracker is run again on a file of detections made by cache_detections.py. If the
file has ground truth, the switches are found, listed, and explained by number; a frame
and an identity of the tracker can be explained without ground truth.
"""

import argparse
from pathlib import Path

from fairmot_mm.utils import cli
from fairmot_mm.utils.inputs import require_paths, require_tracker
from fairmot_mm.utils.outputs import require_out_folder


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = cli.make_parser(__doc__)
    parser.add_argument('detections', type=Path, help='one file of detections')
    cli.add_tracker_arguments(parser)
    parser.add_argument(
        '--switch',
        metavar='NUMBER',
        help='in the list of switches, or "all"; without it they are listed',
    )
    parser.add_argument(
        '--frame', type=int, help='frame to explain, by its number in result files'
    )
    parser.add_argument('--id', type=int, help='identity of the tracker in that frame')
    cli.add_number_arguments(parser, candidates=(6, 'shown for each decision'))
    parser.add_argument('--out', type=Path, help='folder for texts and pictures')
    args = parser.parse_args()
    one_frame = args.frame is not None
    if one_frame != (args.id is not None) or (one_frame and args.switch):
        parser.error('give --frame and --id, or --switch, or none of them')
    return args


@cli.one_line_errors()
def main() -> None:
    """Run the tool."""
    args = parse_args()
    require_tracker(args.config, args.cfg_options)
    require_paths(args.detections)
    require_out_folder(args.out)
    from fairmot_mm.actions.explain_switch import explain

    explain(args)
