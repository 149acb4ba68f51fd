"""Add the people that labels lack, with an ONNX detector.

Boxes that no label covers are added to the label files: as people without identity
from --score-thr on, as ignore regions from --ignore-thr on. Labels that exist stay. A
second run adds nothing.
"""

import argparse
from pathlib import Path

from fairmot_mm.utils.cli import finite_number, make_parser, one_line_errors
from fairmot_mm.utils.inputs import require_checkpoint, require_paths
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
    parser.add_argument('data_root', type=Path, help='data root of the lists')
    parser.add_argument('ann_files', nargs='+', help='lists, such as mot17.train')
    add_detector_arguments(parser)
    parser.add_argument(
        '--min-height',
        type=finite_number,
        default=12.0,
        help='lower boxes are not added, in pixels of the image (default 12)',
    )
    add_teacher_arguments(
        parser, 'width and height of the input', MMDET_MEAN, MMDET_STD
    )
    args = parser.parse_args()
    require_thresholds(parser, args)
    return args


@one_line_errors('finished images are kept; the same command goes on with the others')
def main() -> None:
    """Run the tool."""
    args = parse_args()
    require_checkpoint(args.teacher)
    require_paths(args.data_root, *(args.data_root / file for file in args.ann_files))
    from fairmot_mm.actions.complete_with_teacher import complete_with_teacher

    complete_with_teacher(args)
