"""Track people in videos, folders of images, streams or cameras.

The tool writes OUT/NAME.txt (MOTChallenge results) and OUT/NAME.mp4 (boxes and
identities), where NAME is the name of the input; --format names other forms. Several
inputs are tracked at the same time: their frames pass through the network together,
and each has its own identities. Of many, eight are tracked at a time (--max-streams).

The network is one of the model zoo, or a config with weights. Options name it, or, in
the order of mmdet's tools, the arguments before the inputs. By default it is the zoo's
default model.
"""

import argparse
import signal
from contextlib import ExitStack
from pathlib import Path

from fairmot_mm.utils.cli import (
    add_cfg_options_argument,
    add_overwrite_argument,
    make_parser,
    one_line_errors,
    positive_whole,
    rate,
)
from fairmot_mm.utils.inference_arguments import (
    add_inference_arguments,
    inference_options,
)
from fairmot_mm.utils.inputs import require_checkpoint, require_config, require_source
from fairmot_mm.utils.interrupt import interrupt
from fairmot_mm.utils.option_types import duration
from fairmot_mm.utils.output_arguments import (
    MOT,
    STDOUT,
    add_output_arguments,
    check_output_arguments,
)
from fairmot_mm.utils.outputs import (
    RESULT_ADVICE,
    require_free,
    require_out_file,
    require_out_folder,
)
from fairmot_mm.utils.serve_address import parse_address

ON_ERROR = ('stop', 'skip')
USAGE = """%(prog)s [options] INPUT [INPUT ...]
       %(prog)s [options] --model NAME|CONFIG [--weights FILE] INPUT [INPUT ...]
       %(prog)s [options] CONFIG WEIGHTS INPUT [INPUT ...]"""


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__.split('\n\n')[0], usage=USAGE)
    parser.add_argument(
        'input',
        nargs='+',
        help='video, image, folder of images (also a MOTChallenge sequence) or of '
        'videos, pattern of either in quotes, URL, or camera number',
    )
    parser.add_argument(
        '--model',
        metavar='NAME|CONFIG',
        help='name of the model zoo (docs/reference/model_zoo.md) or config file; by '
        'default the model that comes with fairmot_mm',
    )
    parser.add_argument(
        '--weights',
        metavar='FILE',
        help='checkpoint of a training here, published FairMOT .pth, or ONNX file; a '
        'model of the zoo has its own',
    )
    parser.add_argument(
        '--out',
        default='outputs',
        help='folder to write the results to (%(default)s); - writes JSON lines to the '
        'standard output, and no file',
    )
    names = parser.add_mutually_exclusive_group()
    add_overwrite_argument(names, 'a file of an earlier run')
    names.add_argument(
        '--keep',
        action='store_true',
        help='number the new files where those of an earlier run exist: NAME-2.txt',
    )
    parser.add_argument(
        '--on-error',
        choices=['stop', 'skip'],
        default='stop',
        help='what to do with a frame that cannot be read: stop there (default), or '
        'skip it',
    )
    parser.add_argument(
        '--batch-size',
        type=positive_whole,
        help='number of consecutive frames that pass through the network together (1, '
        'in OpenVINO two for each thread); of several inputs, the number of inputs '
        'with a frame in a batch (all)',
    )
    parser.add_argument(
        '--max-streams',
        type=positive_whole,
        metavar='N',
        help='number of inputs from which on further files wait for their turn (8, or '
        'the batch size where that is more)',
    )
    parser.add_argument(
        '--detect-every',
        type=positive_whole,
        metavar='N',
        help='run the network on every N-th frame; in the frames between, tracks move '
        'on by their motion',
    )
    parser.add_argument(
        '--fps',
        type=rate,
        help='frames a second, instead of what the input says',
    )
    parser.add_argument(
        '--no-video', action='store_true', help='write the text only, and no mp4'
    )
    parser.add_argument(
        '--video-preset',
        metavar='PRESET',
        help='speed of the H.264 encoder of the mp4, from ultrafast (large files) over '
        'superfast (default), veryfast, faster, fast, medium and slow to veryslow',
    )
    parser.add_argument(
        '--video-crf',
        type=float,
        metavar='0-51',
        help='quality of the mp4: a smaller number gives a better picture and a larger '
        'file (23)',
    )
    parser.add_argument(
        '--no-threads',
        action='store_true',
        help='read, track and write one after the other (slower; for one input only)',
    )
    parser.add_argument(
        '--show-trails',
        type=positive_whole,
        nargs='?',
        const=60,
        metavar='FRAMES',
        help='draw the path of the last FRAMES frames (60 without a number)',
    )
    parser.add_argument(
        '--step-times',
        type=Path,
        metavar='FILE',
        help='write the time of each pipeline step to a JSON file, for `fairmot report '
        '--step-times`; with a GPU, this slows the run down',
    )
    live = parser.add_argument_group('cameras and live streams')
    live.add_argument(
        '--timeout',
        type=duration,
        default=30.0,
        metavar='TIME',
        help='time without a frame after which a source counts as broken (30s)',
    )
    live.add_argument(
        '--reconnect',
        type=duration,
        default=0.0,
        metavar='TIME',
        help='open a broken source again for this long, as in 5min; by default the run '
        'ends',
    )
    live.add_argument(
        '--segment',
        type=duration,
        metavar='TIME',
        help='begin new files, NAME_0001.txt and so on, each time, as in 10min',
    )
    live.add_argument(
        '--serve',
        metavar='[HOST:]PORT',
        help='show the run in a browser: at a port of this machine only, or with a '
        'token at a host that others reach, as in 0.0.0.0:8080',
    )
    live.add_argument(
        '--show', action='store_true', help='show the run in a window; Q ends it'
    )
    live.add_argument(
        '--save-state',
        metavar='FILE',
        help='write the state of the tracker at the end, for another run',
    )
    live.add_argument(
        '--load-state',
        metavar='FILE',
        help='go on with the tracks of a state; FILE may be that of --save-state',
    )
    add_output_arguments(parser)
    add_cfg_options_argument(parser, 'model.tracker.obj_score_thr=0.5')
    add_inference_arguments(parser)
    args = parser.parse_args()
    if args.input[0].endswith('.py'):  # a config, not a source of frames
        if args.model or args.weights:
            parser.error(f'{args.input[0]} is a config: name it with --model')
        if len(args.input) < 3:
            parser.error('after a config come its weights and the inputs')
        args.model, args.weights, *args.input = args.input
    check_output_arguments(parser, args)
    return args


def require_new_text(args: argparse.Namespace) -> None:
    """Refuse a text that exists, of a video, before anything slow is imported.

    Whatever else exists, and the results of other sources, is found when they are
    opened.
    """
    if args.out == STDOUT or args.overwrite or args.keep or args.segment:
        return
    if len(args.input) == 1 and MOT in args.format and Path(args.input[0]).is_file():
        name = Path(args.input[0]).with_suffix('.txt').name
        require_free(Path(args.out, name), advice=RESULT_ADVICE)


@one_line_errors()
def main() -> None:
    """Run the tool."""
    args = parse_args()
    for source in args.input:
        require_source(source)
    require_checkpoint(args.weights)
    if args.serve:
        parse_address(args.serve)
    require_out_folder(args.out, args.crops)
    require_new_text(args)
    require_out_file(args.save_state, args.step_times)
    require_config(args.model, inference_options(args))
    from fairmot_mm.actions.track import track

    # A scheduler or a container ends a job by SIGTERM: the files are finished too.
    signal.signal(signal.SIGTERM, interrupt)
    with ExitStack() as stack:
        if args.step_times is not None:
            from fairmot_mm.actions.step_record import record_steps

            record = record_steps(args.step_times, args.device, args.overwrite)
            stack.enter_context(record)
        track(args)
