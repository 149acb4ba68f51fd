"""Compare networks, and a teacher, by what they find in sequences.

AP50 and recall are COCO's; rank-1 is the share of people whose nearest embedding some
seconds later is their own. The processor time is that of a frame, from the image file
to the boxes.
"""

import argparse

from fairmot_mm.commands.benchmarks.shared import add_report_arguments
from fairmot_mm.utils.cli import make_parser, one_line_errors
from fairmot_mm.utils.inputs import require_checkpoint, require_config, require_paths
from fairmot_mm.utils.outputs import require_out_file
from fairmot_mm.utils.teacher_arguments import (
    MMDET_MEAN,
    MMDET_STD,
    add_teacher_arguments,
    positive_number,
)


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__)
    parser.add_argument(
        'sequences', nargs='+', help='MOTChallenge sequences with ground truth'
    )
    parser.add_argument(
        '--model',
        dest='models',
        action='append',
        nargs=2,
        default=[],
        metavar=('CONFIG', 'WEIGHTS'),
        help='a network and its weights, or an ONNX file of it; once for each network',
    )
    parser.add_argument(
        '--seconds',
        type=positive_number,
        default=2.0,
        help='time after which rank-1 looks for a person again (default 2)',
    )
    parser.add_argument(
        '--backend',
        choices=['pytorch', 'onnxruntime', 'openvino'],
        help='what runs the networks (pytorch; onnxruntime for an ONNX file)',
    )
    parser.add_argument('--teacher', help='ONNX file of a detector of another project')
    parser.add_argument(
        '--reid', help='with --teacher: ONNX file of a Re-ID network for its boxes'
    )
    parser.add_argument(
        '--person', type=int, default=0, help='number of the class (default 0)'
    )
    add_teacher_arguments(
        parser, 'width and height of the input of the teacher', MMDET_MEAN, MMDET_STD
    )
    add_report_arguments(parser)
    args = parser.parse_args()
    if not args.models and not args.teacher:
        parser.error('give --model CONFIG WEIGHTS or --teacher FILE')
    if args.reid and not args.teacher:
        parser.error('--reid is for --teacher')
    return args


@one_line_errors()
def main() -> None:
    """Run the tool."""
    args = parse_args()
    require_paths(*args.sequences)
    for config, weights in args.models:
        require_config(config)
        require_checkpoint(weights)
    require_checkpoint(args.teacher)
    require_checkpoint(args.reid)
    require_out_file(args.json)
    from fairmot_mm.actions.compare_detectors import compare_detectors

    compare_detectors(args)
