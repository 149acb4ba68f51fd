"""Export the network of a config, up to its detections, as one ONNX file.

Any runtime with the operator DeformConv (opset 19) can run the file; here
`tools/track.py CONFIG FILE.onnx INPUT` does.
"""

import argparse

from fairmot_mm.utils import cli
from fairmot_mm.utils.inputs import require_checkpoint, require_config
from fairmot_mm.utils.outputs import require_free, require_out_file


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = cli.make_parser(__doc__.split('\n\n')[0])
    parser.add_argument('config', help='config file')
    parser.add_argument('checkpoint', help='weights: ours or a published FairMOT .pth')
    parser.add_argument('out', help='ONNX file to write')
    cli.add_overwrite_argument(parser, 'the ONNX file')
    cli.add_input_size_argument(parser)
    cli.add_cfg_options_argument(parser)
    return parser.parse_args()


@cli.one_line_errors('nothing was written')
def main() -> None:
    """Export, and print how far the file is from the model."""
    args = parse_args()
    require_checkpoint(args.checkpoint)
    require_out_file(args.out)
    require_free(args.out, args.overwrite)
    require_config(args.config, args.cfg_options)
    from fairmot_mm.apis import init_model
    from fairmot_mm.inference import export_onnx
    from fairmot_mm.inference.onnx_backend import input_size
    from fairmot_mm.utils.claim_output import claim_output

    with claim_output(args.out, args.overwrite):
        model = init_model(args.config, args.checkpoint, 'cpu', args.cfg_options)
        size = args.input_size or input_size(model.cfg)
        difference = export_onnx(model, args.out, tuple(size))
    print(
        f'{args.out}: {size[0]}x{size[1]}, differs from PyTorch by at most '
        f'{difference["bboxes"]:.1e} px, {difference["scores"]:.1e} in score, '
        f'{difference["embeds"]:.1e} in cosine'
    )
