"""Score tracks against ground truth and print a table.

`evaluate.py results` scores result files of any tracker, class by class where the
ground truth has several: MOT text with labels.txt, VisDrone, KITTI or BDD100K;
`evaluate.py detections` runs a tracker on files of detections and scores its tracks.
"""

import argparse
from pathlib import Path

from fairmot_mm.utils.cli import add_tracker_arguments, make_parser, one_line_errors
from fairmot_mm.utils.inputs import require_paths, require_tracker
from fairmot_mm.utils.outputs import require_out_folder

PROTOCOLS = ('motchallenge', 'published')
CLASS_PROTOCOLS = ('classes', 'visdrone', 'kitti', 'bdd100k')


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__)
    commands = parser.add_subparsers(dest='kind', required=True, metavar='COMMAND')
    results = commands.add_parser('results', help='score result files')
    results.add_argument(
        'gt_root',
        type=Path,
        help='folder with SEQUENCE/gt/gt.txt for every sequence; or as downloaded: '
        'with annotations (VisDrone), label_02 (KITTI) or SEQUENCE.json (BDD100K)',
    )
    results.add_argument(
        'results',
        nargs='+',
        type=Path,
        help='folders with SEQUENCE.txt (BDD100K: .json) for every sequence; each gets '
        'a table',
    )
    names = results.add_mutually_exclusive_group()
    names.add_argument(
        '--sequences',
        nargs='+',
        metavar='NAME',
        help="names or patterns such as '*-SDP' (default: all with ground truth)",
    )
    names.add_argument(
        '--seqmap', type=Path, help='file with the names, as the MOTChallenge has it'
    )
    results.add_argument(
        '--missing',
        choices=['error', 'empty'],
        default='error',
        help='a sequence without a result file is an error, or counts as one without '
        'any result (%(default)s)',
    )
    results.add_argument(
        '--class',
        dest='classes',
        nargs='+',
        metavar='NUMBER|NAME',
        help='score only these classes: names or, in MOT text, numbers from 1 '
        '(default: all that have a name)',
    )
    detections = commands.add_parser(
        'detections', help='run a tracker on files of detections and score its tracks'
    )
    detections.add_argument(
        'detections', type=Path, help='file or folder made by cache_detections.py'
    )
    add_tracker_arguments(detections)
    detections.add_argument('--out', type=Path, help='folder for the result files')
    text = (
        'rules of the MOTChallenge server, or those behind the numbers published for '
        'FairMOT'
    )
    results.add_argument(
        '--protocol',
        choices=PROTOCOLS + CLASS_PROTOCOLS,
        help=f'{text}; or the ground truth of several classes: MOT text with '
        'labels.txt (classes), or of a benchmark (default: what the ground truth is)',
    )
    detections.add_argument(
        '--protocol',
        choices=PROTOCOLS,
        default='motchallenge',
        help=f'{text} (%(default)s)',
    )
    return parser.parse_args()


@one_line_errors()
def main() -> None:
    """Run the tool."""
    args = parse_args()
    if args.kind == 'detections':
        require_tracker(args.config, args.cfg_options)
    require_paths(getattr(args, 'gt_root', None))
    require_out_folder(getattr(args, 'out', None))
    from fairmot_mm.actions.evaluate import evaluate

    evaluate(args)
