"""Embed the people of lists with the ONNX file of a Re-ID network, for distillation."""

import argparse
from pathlib import Path

from fairmot_mm.utils.cli import make_parser, one_line_errors
from fairmot_mm.utils.inputs import require_checkpoint, require_paths
from fairmot_mm.utils.teacher_arguments import add_teacher_arguments


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__)
    parser.add_argument('data_root', type=Path, help='data root of the lists')
    parser.add_argument('ann_files', nargs='+', help='lists, such as mot17.train')
    parser.add_argument(
        '--teacher', required=True, help='ONNX file that takes crops of people'
    )
    add_teacher_arguments(parser, 'width and height of a crop')
    return parser.parse_args()


@one_line_errors('finished lists are kept; the same command goes on with the next one')
def main() -> None:
    """Run the tool."""
    args = parse_args()
    require_checkpoint(args.teacher)
    require_paths(args.data_root, *(args.data_root / file for file in args.ann_files))
    from fairmot_mm.actions.embed_with_teacher import embed_with_teacher

    embed_with_teacher(args)
