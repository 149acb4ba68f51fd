"""Write the frames of videos as sequence folders: NAME/img1/*.jpg and seqinfo.ini."""

import argparse
from pathlib import Path

from fairmot_mm.datasets.converters.video_frames import extract_frames
from fairmot_mm.utils import ConfigError
from fairmot_mm.utils.cli import make_parser, one_line_errors, rate
from fairmot_mm.video.source_names import number_names


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


def require_file_names_differ(videos: list[str]) -> None:
    """Refuse two videos of one name, whose frames would have one folder.

    Raises:
        ConfigError: There are such videos.
    """
    numbered = number_names([Path(video).stem for video in videos])
    for video, name in zip(videos, numbered, strict=True):
        if name != Path(video).stem:
            raise ConfigError(
                f'another video is called like {video}, and their frames would have '
                'one folder; run the tool for each of them, with different --out'
            )


@one_line_errors()
def main() -> None:
    """Run the tool."""
    args = parse_args()
    require_file_names_differ(args.videos)
    for video in args.videos:
        folder, count = extract_frames(
            video, args.out, frame_rate=args.frame_rate, show_progress=True
        )
        print(f'{folder}: {count} frames' if count else f'{folder} exists already')
