"""Write pictures of augmented training samples, as a run would get them.

The left half of a picture shows the boxes with their identities (a box without a number
has none), the right half the target of the heatmap over the image, in a colour for each
class.
"""

import argparse
from pathlib import Path

from fairmot_mm.utils import cli
from fairmot_mm.utils.inputs import require_config
from fairmot_mm.utils.outputs import require_out_folder


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = cli.make_parser(__doc__)
    parser.add_argument('config', help='config of the training')
    parser.add_argument('out_dir', type=Path, help='folder for the pictures')
    cli.add_number_arguments(
        parser,
        num_samples=(20, 'number of pictures, evenly spaced'),
        epoch=(0, 'epoch whose random numbers are used, from 0'),
    )
    parser.add_argument(
        '--indices', type=int, nargs='+', help='show these samples instead'
    )
    cli.add_cfg_options_argument(parser, 'model.detector.bbox_head.heatmap_sigma=3')
    return parser.parse_args()


@cli.one_line_errors()
def main() -> None:
    """Run the tool."""
    args = parse_args()
    require_out_folder(args.out_dir)
    require_config(args.config, args.cfg_options)
    from fairmot_mm.actions.browse_dataset import browse_dataset

    browse_dataset(args)
