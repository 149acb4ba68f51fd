"""Write a report of tracks as one HTML file: scores, time lines, pictures.

With --gt the tracks are compared with ground truth, and with --other with a second
run. Pictures come from the images of the sequences, or from --video. The file needs no
network and no other file.
"""

import argparse
from importlib.util import find_spec
from pathlib import Path

from fairmot_mm.utils.cli import (
    add_cfg_options_argument,
    add_overwrite_argument,
    make_parser,
    one_line_errors,
)
from fairmot_mm.utils.errors import ConfigError
from fairmot_mm.utils.inputs import require_paths, require_tracker
from fairmot_mm.utils.option_types import whole_from_zero
from fairmot_mm.utils.outputs import require_out_file

PROTOCOLS = ('motchallenge', 'published', 'classes', 'visdrone', 'kitti', 'bdd100k')
# Options that mean nothing without ground truth, and without detections.
_NEED_GT = ('protocol', 'seqmap', 'missing', 'detections')
_NEED_DETECTIONS = ('config', 'cfg_options')


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__)
    parser.add_argument(
        'results',
        type=Path,
        help='folder with SEQUENCE.txt for every sequence, or one such file',
    )
    parser.add_argument(
        '--gt',
        type=Path,
        metavar='ROOT',
        help='folder with SEQUENCE/gt/gt.txt, and SEQUENCE/img1 for the pictures; or '
        'the ground truth of VisDrone, KITTI or BDD100K as downloaded',
    )
    parser.add_argument(
        '--other',
        type=Path,
        metavar='RESULTS2',
        help='results of a second run on the same sequences, to be compared',
    )
    parser.add_argument(
        '--out', type=Path, default=Path('report.html'), help='HTML file (%(default)s)'
    )
    add_overwrite_argument(parser, 'the file')
    frames = parser.add_mutually_exclusive_group()
    frames.add_argument(
        '--data-root',
        type=Path,
        help='folder of the sequences with the images (default: that of --gt)',
    )
    frames.add_argument(
        '--video',
        type=Path,
        help='video that was tracked, or folder with SEQUENCE.mp4 for every sequence',
    )
    names = parser.add_mutually_exclusive_group()
    names.add_argument(
        '--sequences',
        nargs='+',
        metavar='NAME',
        help="names or patterns such as '*-SDP' (default: all)",
    )
    names.add_argument(
        '--seqmap', type=Path, help='file with the names, as the MOTChallenge has it'
    )
    parser.add_argument(
        '--missing',
        choices=['error', 'empty'],
        help='a sequence without a result file is an error (default), or counts as one '
        'without any result',
    )
    parser.add_argument(
        '--class',
        dest='classes',
        nargs='+',
        metavar='NUMBER|NAME',
        help='report only these classes: names or, in MOT text without names, one '
        'number from 1 (default: each class)',
    )
    parser.add_argument(
        '--protocol',
        choices=PROTOCOLS,
        help='rules of the MOTChallenge server, those behind the numbers published for '
        'FairMOT, or those of ground truth of several classes: MOT text with '
        'labels.txt (classes), or of a benchmark (default: what the ground truth is)',
    )
    parser.add_argument(
        '--moments',
        type=whole_from_zero,
        default=12,
        metavar='N',
        help='most moments of a kind that are shown for a sequence (%(default)s)',
    )
    parser.add_argument(
        '--detections',
        type=Path,
        help='file or folder made by cache_detections.py; RESULTS come from them, so '
        'that the report says why identities switched',
    )
    parser.add_argument(
        '--config',
        help='config with the tracker that made RESULTS from the detections (default: '
        'JDETracker as published)',
    )
    add_cfg_options_argument(parser)
    parser.add_argument(
        '--step-times',
        type=Path,
        nargs='+',
        metavar='FILE',
        help='times of the pipeline steps, which `fairmot track --step-times FILE` or '
        '`fairmot benchmark track --json FILE` wrote',
    )
    args = parser.parse_args()
    _refuse_useless(parser, args, 'gt', _NEED_GT)
    _refuse_useless(parser, args, 'detections', _NEED_DETECTIONS)
    return args


def _refuse_useless(
    parser: argparse.ArgumentParser,
    args: argparse.Namespace,
    needed: str,
    options: tuple[str, ...],
) -> None:
    """Refuse options that would do nothing without another one."""
    for option in options:
        if getattr(args, needed) is None and getattr(args, option) is not None:
            parser.error(f'--{option.replace("_", "-")} needs --{needed}')


@one_line_errors()
def main() -> None:
    """Run the tool."""
    args = parse_args()
    require_tracker(args.config, args.cfg_options)
    require_paths(
        args.results,
        args.gt,
        args.other,
        args.data_root,
        args.video,
        args.seqmap,
        args.detections,
        *(args.step_times or ()),
    )
    for package in ('jinja2', 'plotly'):
        if find_spec(package) is None:
            raise ConfigError(
                f'a report needs {package}, which is not installed: pip install '
                'jinja2 plotly'
            )
    require_out_file(args.out)
    from fairmot_mm.actions.report import report

    report(args)
