"""Label videos and images with an ONNX detector; unsure boxes become ignore regions.

Boxes with a score of at least --score-thr become people, those between --ignore-thr and
--score-thr ignore regions. --link gives the people of videos identities.
"""

import argparse

from fairmot_mm.utils.cli import (
    finite_number,
    make_parser,
    one_line_errors,
    positive_whole,
)
from fairmot_mm.utils.inputs import (
    require_checkpoint,
    require_config,
    require_paths,
)
from fairmot_mm.utils.outputs import require_out_folder
from fairmot_mm.utils.teacher_arguments import add_teacher_arguments

MMDET_MEAN = (103.53, 116.28, 123.675)
MMDET_STD = (57.375, 57.12, 58.395)


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__)
    parser.add_argument('out', help='data root of the training configs')
    parser.add_argument('name', help='name of the set: its folder and its list in OUT')
    parser.add_argument('sources', nargs='+', help='videos, or folders of images')
    parser.add_argument('--teacher', required=True, help='ONNX file of the detector')
    parser.add_argument(
        '--score-thr',
        type=finite_number,
        default=0.55,
        help='score from which a box is a person (default 0.55)',
    )
    parser.add_argument(
        '--ignore-thr',
        type=finite_number,
        default=0.3,
        help='score from which a box is an ignore region (default 0.3)',
    )
    parser.add_argument(
        '--still-share',
        type=finite_number,
        metavar='SHARE',
        help='videos of a fixed camera: unsure boxes become background, no ignore '
        'regions, where something is seen at one place in this share of the images, '
        'such as 0.5: mannequins and posters (default: keep the regions)',
    )
    parser.add_argument(
        '--every',
        type=positive_whole,
        default=1,
        help='label every n-th image of a video or folder (default 1)',
    )
    parser.add_argument(
        '--person', type=int, default=0, help='number of the class (default 0)'
    )
    parser.add_argument(
        '--link',
        metavar='CONFIG',
        help='link the boxes of each source by the tracker of a config; those of a '
        'track get an identity, and unsure ones among them become people',
    )
    parser.add_argument(
        '--reid', help='with --link: ONNX file of a Re-ID network that takes BGR crops'
    )
    add_teacher_arguments(
        parser, 'width and height of the input', MMDET_MEAN, MMDET_STD
    )
    parser.add_argument('--copy', action='store_true', help='copy images, do not link')
    args = parser.parse_args()
    if not 0 < args.ignore_thr <= args.score_thr <= 1:
        parser.error(
            f'--ignore-thr {args.ignore_thr:g} and --score-thr {args.score_thr:g} must '
            'be above 0, at most 1 and in this order'
        )
    if args.still_share is not None and not 0 < args.still_share <= 1:
        parser.error(f'--still-share {args.still_share:g} must be above 0, at most 1')
    if args.reid and not args.link:
        parser.error('--reid is for --link')
    return args


@one_line_errors('no list was written; the same command goes on where it ended')
def main() -> None:
    """Run the tool."""
    args = parse_args()
    require_paths(*args.sources)
    require_checkpoint(args.teacher)
    require_checkpoint(args.reid)
    require_config(args.link)
    require_out_folder(args.out)
    from fairmot_mm.actions.label_with_teacher import label_with_teacher

    label_with_teacher(args)
