"""Options of the data set converters, and how they run."""

import argparse
from collections.abc import Callable, Sequence

from fairmot_mm.utils.cli import add_workers_argument, one_line_errors, rate

# The default of the converters whose sources name classes.
PERSON_CLASSES = ('pedestrian,person',)


@one_line_errors('no list was written; the same command starts again')
def run_converter(convert: Callable[..., object], args: argparse.Namespace) -> None:
    """Call a converter with the arguments of the command line and print its report.

    Args:
        convert: Function of `fairmot_mm.datasets.converters`.
        args: Its arguments by name.

    Raises:
        SystemExit: See `one_line_errors`.
    """
    print(convert(**vars(args), show_progress=True))


def add_converter_arguments(
    parser: argparse.ArgumentParser,
    default_classes: Sequence[str] | None = None,
    name: str | None = None,
    *,
    has_frame_rate: bool = False,
    has_ending: bool = False,
    ignored: str | None = None,
) -> None:
    """Add the options that the data set converters have in common.

    Args:
        parser: Parser to add to.
        default_classes: Classes that are taken without ``--classes``; None leaves the
            option out.
        name: Default name of the set; None makes the name an argument that must be
            given.
        has_frame_rate: Whether the source does not say the frame rate of its videos.
        has_ending: Whether the user names the ending of the list.
        ignored: What the source keeps but does not count, for the help of
            ``--keep-ignored``; None leaves the option out.
    """
    parser.add_argument('out', help='data root of the training configs')
    text = 'name of the set: its folder in OUT; its lists have it in lower case'
    if name is None:
        parser.add_argument('name', help=text)
    else:
        parser.add_argument('--name', default=name, help=f'{text} (default {name})')
    parser.add_argument('--copy', action='store_true', help='copy images, do not link')
    add_workers_argument(parser)
    if default_classes is not None:
        parser.add_argument(
            '--classes',
            nargs='+',
            default=default_classes,
            metavar='NAME[,NAME]',
            help='names of the classes to take, in the order of their ids; those that '
            'become one class are joined by commas (default '
            f'{" ".join(default_classes)})',
        )
        parser.add_argument(
            '--ignore-classes',
            nargs='+',
            default=(),
            metavar='NAME',
            help='names of classes whose boxes become ignore regions: nothing in them '
            'is trained, neither as a person nor as background',
        )
        parser.add_argument(
            '--clip', action='store_true', help='clip boxes to the image, as for MOT20'
        )
    if ignored is not None:
        text = f'make ignore regions of {ignored} (default: leave them out)'
        parser.add_argument('--keep-ignored', action='store_true', help=text)
    if has_frame_rate:
        text = 'frames a second (default 30)'
        parser.add_argument('--frame-rate', type=rate, default=30.0, help=text)
    if has_ending:
        text = 'ending of the list: val makes OUT/NAME.val'
        parser.add_argument('--ending', default='train', help=text)
