"""Convert finished tracks to CSV, Parquet, JSON lines, COCO-VID or CVAT.

The tool reads MOTChallenge result files NAME.txt and writes OUT/NAME.csv, .parquet,
.jsonl, .json (COCO-VID) or .xml (CVAT for video 1.1).
"""

import argparse
from pathlib import Path

from fairmot_mm.utils.cli import (
    add_overwrite_argument,
    make_parser,
    one_line_errors,
    positive_whole,
    rate,
)
from fairmot_mm.utils.inputs import require_paths
from fairmot_mm.utils.output_arguments import MOT, forms
from fairmot_mm.utils.outputs import require_out_folder


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__)
    parser.add_argument(
        'results', type=Path, help='result file, or folder of them (NAME.txt)'
    )
    parser.add_argument(
        '--to',
        type=forms,
        action='extend',
        required=True,
        metavar='FORM[,FORM]',
        help='forms to write: csv, parquet, jsonl, coco-vid, cvat',
    )
    parser.add_argument(
        '--out', type=Path, required=True, help='folder to write the new files to'
    )
    add_overwrite_argument(parser, 'a file of an earlier run')
    parser.add_argument(
        '--data-root',
        type=Path,
        help='folder of the sequences NAME that were tracked; names their images, '
        'their size and the frame rate',
    )
    parser.add_argument(
        '--size',
        type=positive_whole,
        nargs=2,
        metavar=('W', 'H'),
        help='width and height of the frames in pixels, without --data-root; coco-vid '
        'and cvat need it',
    )
    parser.add_argument(
        '--frame-rate', type=rate, help='frames a second, without --data-root'
    )
    parser.add_argument(
        '--classes',
        nargs='+',
        metavar='NAME',
        default=['pedestrian'],
        help='names of the classes, in the order of their numbers, from 1 (pedestrian)',
    )
    args = parser.parse_args()
    if MOT in args.to:
        parser.error('--to mot: the results have this form already')
    if args.data_root is not None and (args.size or args.frame_rate):
        option = '--size' if args.size else '--frame-rate'
        parser.error(f'{option}: --data-root says this already, leave one of them out')
    if args.data_root is None and args.frame_rate is None:
        parser.error('give --data-root, or --frame-rate: the time of a frame needs it')
    sized = [form for form in args.to if form in ('coco-vid', 'cvat')]
    if args.data_root is None and args.size is None and sized:
        parser.error(f'--to {sized[0]} needs --size, or --data-root, which has it')
    return args


@one_line_errors()
def main() -> None:
    """Run the tool."""
    args = parse_args()
    require_paths(args.results, args.data_root)
    require_out_folder(args.out)
    from fairmot_mm.actions.export_tracks import export_tracks

    export_tracks(args)
