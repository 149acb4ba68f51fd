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
from fairmot_mm.utils.teacher_arguments import (
    MMDET_MEAN,
    MMDET_STD,
    add_detector_arguments,
    add_teacher_arguments,
    require_thresholds,
)


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__)
    parser.add_argument('out', help='data root of the training configs')
    parser.add_argument('name', help='name of the set: its folder and its list in OUT')
    parser.add_argument('sources', nargs='+', help='videos, or folders of images')
    add_detector_arguments(parser)
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
    require_thresholds(parser, args)
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
