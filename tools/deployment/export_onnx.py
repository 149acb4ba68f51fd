"""Export the network of a config, up to its detections, as one ONNX file.

It runs in any runtime with the operator DeformConv (opset 19), here with
`tools/track.py CONFIG FILE.onnx INPUT`.
"""

import argparse

from mmengine.config import DictAction

from fairmot_mm.apis import init_model
from fairmot_mm.inference import export_onnx
from fairmot_mm.inference.onnx_backend import input_size
from fairmot_mm.utils.cli import one_line_errors


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split('\n\n')[0])
    parser.add_argument('config', help='config file')
    parser.add_argument('checkpoint', help='weights: ours or a published FairMOT .pth')
    parser.add_argument('out', help='ONNX file to write')
    parser.add_argument(
        '--input-size',
        type=int,
        nargs=2,
        metavar=('WIDTH', 'HEIGHT'),
        help="size of the images; by default that of the config's test_pipeline",
    )
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=DictAction,
        help='override keys of the config',
    )
    return parser.parse_args()


def export(args: argparse.Namespace) -> None:
    """Export and say how far the file is from the model."""
    model = init_model(args.config, args.checkpoint, 'cpu', args.cfg_options)
    size = args.input_size or input_size(model.cfg)
    difference = export_onnx(model, args.out, tuple(size))
    print(
        f'{args.out}: {size[0]}x{size[1]}, differs from PyTorch by at most '
        f'{difference["bboxes"]:.1e} px, {difference["scores"]:.1e} in score, '
        f'{difference["embeds"]:.1e} in cosine'
    )


def main() -> None:
    """Run the tool."""
    args = parse_args()
    with one_line_errors():
        export(args)


if __name__ == '__main__':
    main()
