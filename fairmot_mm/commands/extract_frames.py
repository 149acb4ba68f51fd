"""Write the frames of videos as sequence folders: NAME/img1/*.jpg and seqinfo.ini."""

import argparse

from fairmot_mm.utils.cli import make_parser, one_line_errors, rate
from fairmot_mm.utils.inputs import require_paths
from fairmot_mm.utils.outputs import require_out_folder


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__)
    parser.add_argument('videos', nargs='+', help='video files')
    parser.add_argument('--out', required=True, help='folder of the sequences')
    parser.add_argument(
        '--frame-rate',
        type=rate,
        help='frames per second (default: the rate of the video)',
    )
    return parser.parse_args()


@one_line_errors()
def main() -> None:
    """Run the tool."""
    args = parse_args()
    require_paths(*args.videos)
    require_out_folder(args.out)
    from fairmot_mm.datasets.converters.video_frames import (
        extract_frames,
        require_different_names,
    )

    require_different_names(args.videos)
    for video in args.videos:
        folder, count = extract_frames(
            video, args.out, frame_rate=args.frame_rate, show_progress=True
        )
        print(f'{folder}: {count} frames' if count else f'{folder} exists already')
