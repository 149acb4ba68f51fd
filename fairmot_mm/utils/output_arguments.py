"""Options of a command line about what is written of tracks."""

import argparse
from pathlib import Path

from fairmot_mm.utils.option_types import positive_whole
from fairmot_mm.utils.points import line_points, polygon_points

FORMS = ('mot', 'csv', 'parquet', 'jsonl', 'coco-vid', 'cvat')
MOT = 'mot'
STDOUT = '-'


def forms(text: str) -> list[str]:
    """Read the forms of tracks, as in ``csv,cvat``.

    Args:
        text: As written on the command line.

    Raises:
        ArgumentTypeError: There is no such form.
    """
    names = [name.strip() for name in text.split(',')]
    for name in names:
        if name not in FORMS:
            raise argparse.ArgumentTypeError(
                f'there is no form {name!r}; the forms are: {", ".join(FORMS)}'
            )
    return names


def add_output_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of what is tracked, counted and written beside the mp4.

    Args:
        parser: Parser to add to.
    """
    group = parser.add_argument_group(
        'exports and counts', 'docs/how_to/export_and_count.md explains them'
    )
    group.add_argument(
        '--format',
        type=forms,
        action='extend',
        metavar='FORM[,FORM]',
        help=f'forms of the tracks: {", ".join(FORMS)} (mot, the text of the '
        'MOTChallenge; jsonl with --out -)',
    )
    group.add_argument(
        '--count-line',
        type=line_points,
        action='append',
        default=[],
        metavar='X1,Y1,X2,Y2',
        help='count who crosses a line, in pixels of the picture; may be given several '
        'times',
    )
    group.add_argument(
        '--zone',
        type=polygon_points,
        action='append',
        default=[],
        metavar='X1,Y1,X2,Y2,X3,Y3,...',
        help='count who enters and leaves a polygon; may be given several times',
    )
    group.add_argument(
        '--classes',
        nargs='+',
        metavar='NAME',
        help='track these classes alone, by name or by number from 0',
    )
    group.add_argument(
        '--roi',
        type=polygon_points,
        metavar='X1,Y1,X2,Y2,X3,Y3,...',
        help='ignore what the network finds outside of this polygon',
    )
    group.add_argument(
        '--crops',
        type=Path,
        metavar='FOLDER',
        help='write the best pictures of each track: FOLDER/NAME/ID/FRAME.jpg',
    )
    group.add_argument(
        '--crops-per-track',
        type=positive_whole,
        metavar='N',
        help='largest number of pictures of a track, for --crops (5)',
    )
    group.add_argument(
        '--blur',
        choices=['people', 'faces'],
        nargs='?',
        const='people',
        help='make people (or the upper quarter of each, with their faces) '
        'unrecognizable in the mp4, in the crops, and where the run is shown',
    )


def check_output_arguments(
    parser: argparse.ArgumentParser, args: argparse.Namespace
) -> None:
    """Refuse options that would do nothing, and set what --out - means.

    Args:
        parser: Parser with the options of `add_output_arguments`, ``--out``,
            ``--no-video``, ``--serve`` and ``--show``.
        args: What it has read.
    """
    to_stdout = args.out == STDOUT
    if to_stdout:
        if args.format not in (None, ['jsonl']):
            parser.error(
                '--out - writes JSON lines to the standard output; --format '
                f'{",".join(args.format)} needs a folder'
            )
        if args.overwrite or args.keep:
            option = '--overwrite' if args.overwrite else '--keep'
            if args.crops is None:
                parser.error(f'{option} is about files, and --out - writes none')
        args.no_video = True
        args.format = None
    args.format = args.format or [MOT]
    no_video = '--out -' if to_stdout else '--no-video'
    is_seen = bool(args.serve or args.show)
    if args.no_video:
        options = ['video_preset', 'video_crf', *([] if is_seen else ['show_trails'])]
        for option in options:
            if getattr(args, option) is not None:
                parser.error(
                    f'--{option.replace("_", "-")} is about the mp4, and {no_video} '
                    'writes none'
                )
        if args.blur and args.crops is None and not is_seen:
            parser.error(
                f'--blur changes the mp4 and the crops; {no_video} writes no mp4, and '
                'there is no --crops'
            )
    if args.crops_per_track and args.crops is None:
        parser.error('--crops-per-track needs --crops')
