"""Quantize the network of a config to int8, and check what it loses.

The network is calibrated on frames of a video, and compared with its float form on
other frames of it and on sequences with ground truth. A file that loses more than
--max-drop is not written. OpenVINO runs the file fast; onnxruntime runs it too.
"""

import argparse
from pathlib import Path

from fairmot_mm.utils import cli
from fairmot_mm.utils.inputs import require_checkpoint, require_config, require_source
from fairmot_mm.utils.outputs import require_free, require_out_file


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = cli.make_parser(__doc__)
    parser.add_argument('config', help='config file')
    parser.add_argument('checkpoint', help='weights, or ONNX file of export_onnx.py')
    parser.add_argument(
        'input', help='frames: video, folder or pattern of images, or sequence'
    )
    parser.add_argument('--out', required=True, help='ONNX file to write')
    cli.add_overwrite_argument(parser, 'the ONNX file')
    parser.add_argument(
        '--frames',
        type=cli.positive_whole,
        default=100,
        help='number of frames to calibrate on, spread evenly over the input; half as '
        'many others are used for the check (%(default)s)',
    )
    parser.add_argument(
        '--ground-truth',
        nargs='+',
        metavar='SEQUENCE',
        default=[],
        help='MOTChallenge sequence folders that are tracked before and after; none of '
        'them may be the input',
    )
    parser.add_argument(
        '--max-drop',
        type=cli.finite_number,
        default=2.0,
        metavar='POINTS',
        help='most that may be lost, in hundredths: of HOTA, MOTA or IDF1 of the '
        'sequences of --ground-truth; without them, of the detections in the check '
        'frames, and of the cosine of embeddings (%(default)s)',
    )
    parser.add_argument(
        '--accuracy-control',
        action='store_true',
        help='leave the most sensitive layers in float until at most --max-drop of the '
        'detections in the check frames are lost (minutes)',
    )
    cli.add_cfg_options_argument(parser)
    args = parser.parse_args()
    if args.max_drop < 0:
        parser.error(f'--max-drop {args.max_drop}: it must be 0 or more')
    return args


@cli.one_line_errors('nothing was written')
def main() -> None:
    """Run the tool."""
    args = parse_args()
    require_checkpoint(args.checkpoint)
    require_source(args.input)
    require_out_file(args.out)
    require_free(args.out, args.overwrite, [Path(args.checkpoint)])
    require_config(args.config, args.cfg_options)
    from fairmot_mm.actions.quantize import quantize

    quantize(args)
