"""Track the people in all videos of an archive, on one machine or on a cluster.

The tool writes OUT/NAME.txt (MOTChallenge results) for each video, and OUT/summary.txt
and OUT/summary.parquet. A result has its name only when it is complete, so the same
command goes on where a run was stopped or killed: it tracks what is missing. A video
that cannot be read is recorded with its error and does not stop the others.

MANIFEST is a text file with a video on each line, a CSV or Parquet file with a column
video (and name, if results shall have names of their own), a folder of videos, or a
pattern in quotes. Videos, manifest and OUT may be addresses such as s3://bucket/folder.
"""

import argparse
import signal

from fairmot_mm.utils.cli import (
    add_cfg_options_argument,
    add_overwrite_argument,
    make_parser,
    one_line_errors,
    positive_whole,
    rate,
)
from fairmot_mm.utils.engine_arguments import (
    add_engine_arguments,
    check_engine_arguments,
)
from fairmot_mm.utils.inference_arguments import (
    add_inference_arguments,
    inference_options,
)
from fairmot_mm.utils.inputs import require_checkpoint, require_config
from fairmot_mm.utils.interrupt import interrupt
from fairmot_mm.utils.option_types import positive_number, whole_from_zero
from fairmot_mm.utils.outputs import require_out_folder


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__)
    parser.add_argument('manifest', metavar='MANIFEST', help='which videos to track')
    parser.add_argument(
        '--out',
        required=True,
        metavar='FOLDER',
        help='folder of the results; workers on other machines must reach it under the '
        'same path or address',
    )
    parser.add_argument(
        '--model',
        metavar='NAME|CONFIG',
        help='name of the model zoo or config file; by default the model that comes '
        'with fairmot_mm',
    )
    parser.add_argument(
        '--weights', metavar='FILE', help='weights; a model of the zoo has its own'
    )
    add_engine_arguments(parser)
    parser.add_argument(
        '--max-failures',
        type=whole_from_zero,
        metavar='N',
        help='end the run when more than N videos have failed (default: never)',
    )
    parser.add_argument(
        '--no-split',
        action='store_true',
        help='track each video as a whole, however long it is',
    )
    parser.add_argument(
        '--chunk-seconds',
        type=positive_number,
        default=600.0,
        metavar='SECONDS',
        help='a longer video is split at key frames into chunks of about this length, '
        'which are tracked at the same time and joined (%(default)g)',
    )
    parser.add_argument(
        '--shared-seconds',
        type=positive_number,
        default=4.0,
        metavar='SECONDS',
        help='time that a chunk shares with the one before, at least; it is always '
        'more than the time for which the tracker keeps a lost track (%(default)g)',
    )
    add_overwrite_argument(parser, 'a result of other settings or of another video')
    parser.add_argument(
        '--on-error',
        choices=['stop', 'skip'],
        default='stop',
        help='what to do with a frame that cannot be read: the video fails (stop, '
        'default), or the frame is left out',
    )
    parser.add_argument(
        '--batch-size',
        type=positive_whole,
        help='consecutive frames that pass through the network together (1, in '
        'OpenVINO two for each thread)',
    )
    parser.add_argument(
        '--detect-every',
        type=positive_whole,
        metavar='N',
        help='run the network on every N-th frame only',
    )
    parser.add_argument(
        '--fps', type=rate, help='frames a second, instead of what the videos say'
    )
    add_cfg_options_argument(parser, 'model.tracker.obj_score_thr=0.5')
    add_inference_arguments(parser)
    return parser.parse_args()


@one_line_errors('what is done is kept; the same command goes on from there')
def main() -> None:
    """Run the tool."""
    args = parse_args()
    check_engine_arguments(args)
    require_checkpoint(args.weights)
    require_out_folder(args.out)
    require_config(args.model, inference_options(args))
    from fairmot_mm.actions.track_many import track_many

    # A scheduler or a container ends a job by SIGTERM.
    signal.signal(signal.SIGTERM, interrupt)
    track_many(args)
