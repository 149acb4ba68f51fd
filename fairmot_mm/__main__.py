"""The command ``fairmot``: all commands of fairmot_mm under one name.

``fairmot track video.mp4`` does the same as ``tools/track.py video.mp4``. Nothing heavy
is imported before a command has read its options.
"""

import sys
from signal import SIG_DFL, SIGINT, default_int_handler, getsignal, signal

_IS_PROGRAM = __name__ == '__main__' or sys.argv[0].endswith('/fairmot')
if _IS_PROGRAM and getsignal(SIGINT) is default_int_handler:
    signal(SIGINT, SIG_DFL)  # Ctrl-C during the imports below: no traceback

import difflib  # noqa: E402
from importlib import import_module  # noqa: E402

import fairmot_mm  # noqa: E402
from fairmot_mm.utils.one_line_errors import one_line_errors  # noqa: E402

# Command as typed -> module of fairmot_mm.commands.
GROUPS = {
    'track and score': {
        'track': 'track',
        'track-many': 'track_many',
        'test': 'test',
        'evaluate': 'evaluate',
        'report': 'report',
        'refine-tracks': 'refine_tracks',
        'convert tracks': 'export_tracks',
        'models': 'list_models',
    },
    'train': {
        'train': 'train',
        'check-dataset': 'check_dataset',
        'browse-dataset': 'browse_dataset',
        'compare-runs': 'compare_runs',
    },
    'make data sets': {
        'convert mot': 'mot_to_jde',
        'convert visdrone': 'visdrone_to_jde',
        'convert kitti': 'kitti_to_jde',
        'convert bdd100k': 'bdd100k_to_jde',
        'convert ua-detrac': 'ua_detrac_to_jde',
        'convert dancetrack': 'dancetrack_to_jde',
        'convert sportsmot': 'sportsmot_to_jde',
        'convert crowdhuman': 'crowdhuman_to_jde',
        'convert jde-mix': 'jde_mix',
        'convert coco-vid': 'coco_vid_to_jde',
        'convert cvat': 'cvat_to_jde',
        'convert yolo': 'yolo_to_jde',
        'convert label-with-teacher': 'label_with_teacher',
        'convert complete-with-teacher': 'complete_with_teacher',
        'convert embed-with-teacher': 'embed_with_teacher',
        'make-list': 'make_list',
        'make-synthetic': 'make_synthetic',
        'extract-frames': 'extract_frames',
        'cut-out-people': 'cut_out_people',
    },
    'convert weights': {
        'export': 'export_onnx',
        'quantize': 'quantize',
        'publish': 'publish_model',
        'convert published-weights': 'published_to_mm',
        'convert our-weights': 'mm_to_published',
    },
    'study a tracker or a network': {
        'cache-detections': 'cache_detections',
        'tune-tracker': 'tune_tracker',
        'explain-switch': 'explain_switch',
        'compare-trackers': 'compare_trackers',
        'compare-networks': 'compare_networks',
        'compare-detectors': 'compare_detectors',
        'benchmark': 'benchmark',
        'benchmark-data': 'benchmark_data',
    },
}
COMMANDS = {name: module for group in GROUPS.values() for name, module in group.items()}


@one_line_errors()
def main() -> None:
    """Run the command that the first words of the command line name.

    Raises:
        SystemExit: After the help, or with status 2 if there is no such command.
    """
    words = sys.argv[1:]
    if words[:1] == ['--version']:
        print(f'fairmot_mm {fairmot_mm.__version__}')
        return
    if not words or words[0] in ('-h', '--help', 'help'):
        print(format_help(''))
        return
    for count in (2, 1):
        name = ' '.join(words[:count])
        if len(words) >= count and name in COMMANDS:
            # argparse takes the name of the program from here.
            sys.argv = [f'fairmot {name}', *words[count:]]
            import_module(f'fairmot_mm.commands.{COMMANDS[name]}').main()
            return
    members = f'{words[0]} '
    if any(name.startswith(members) for name in COMMANDS) and (
        len(words) == 1 or words[1] in ('-h', '--help')
    ):
        print(format_help(members))
        return
    print(explain_unknown(words), file=sys.stderr)
    sys.exit(2)


def format_help(start: str) -> str:
    """List commands with a line for each.

    Args:
        start: The first letters of the commands; all commands have the empty one.
    """
    lines = [f'usage: fairmot {start or "COMMAND "}... [options]', '']
    width = max(map(len, COMMANDS)) + 2
    for title, group in GROUPS.items():
        names = [name for name in group if name.startswith(start)]
        lines += [f'{title}:'] if names else []
        for name in names:
            doc = import_module(f'fairmot_mm.commands.{group[name]}').__doc__ or ''
            lines.append(f'  {name:<{width}}{doc.strip().splitlines()[0]}')
        lines += [''] if names else []
    return '\n'.join([*lines, '`fairmot COMMAND --help` explains the options of each.'])


def explain_unknown(words: list[str]) -> str:
    """Say that there is no such command, and which one may have been meant.

    Args:
        words: The words of the command line.
    """
    is_group = any(name.startswith(f'{words[0]} ') for name in COMMANDS)
    typed = ' '.join(words[: 2 if is_group else 1])
    near = difflib.get_close_matches(typed, COMMANDS, 2)
    hint = f'did you mean {" or ".join(near)}? ' if near else ''
    return (
        f'error: fairmot has no command {typed!r}: {hint}'
        '`fairmot --help` lists all commands'
    )


if __name__ == '__main__':
    main()
