"""Tools for all parts: errors, safe writing, MOTChallenge files, set-up."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fairmot_mm.utils.atomic import atomic_path, require_writable_dir
    from fairmot_mm.utils.errors import (
        CheckpointError,
        ConfigError,
        DataError,
        DivergedError,
        OutputError,
        UserInputError,
        VideoError,
    )
    from fairmot_mm.utils.file_listing import (
        IMAGE_SUFFIXES,
        list_images,
        natural_order,
        sort_images,
    )
    from fairmot_mm.utils.frame_numbering import frame_numbers, require_frames
    from fairmot_mm.utils.mot_io import (
        MOTRows,
        format_mot_rows,
        read_mot,
        write_mot,
    )
    from fairmot_mm.utils.pairs import pairs_in_reach
    from fairmot_mm.utils.parallel import map_parallel
    from fairmot_mm.utils.sequence import SequenceInfo, number_folder, split_range
    from fairmot_mm.utils.step_clock import (
        STEPS,
        WAITS,
        StepClock,
        failed_step,
        step,
        wait_for,
    )
    from fairmot_mm.utils.text_files import write_text

# A command line answers before numpy, cv2 and torch are imported, so that a name is
# imported from its file when it is first used. No file may have the name of one of
# them: Python would put the file in its place.
_FILES = {
    'file_listing': ('IMAGE_SUFFIXES', 'list_images', 'natural_order', 'sort_images'),
    'frame_numbering': ('frame_numbers', 'require_frames'),
    'atomic': (
        'atomic_path',
        'require_writable_dir',
    ),
    'errors': (
        'CheckpointError',
        'ConfigError',
        'DataError',
        'DivergedError',
        'OutputError',
        'UserInputError',
        'VideoError',
    ),
    'mot_io': (
        'MOTRows',
        'format_mot_rows',
        'read_mot',
        'write_mot',
    ),
    'pairs': ('pairs_in_reach',),
    'parallel': ('map_parallel',),
    'sequence': ('SequenceInfo', 'number_folder', 'split_range'),
    'step_clock': (
        'STEPS',
        'WAITS',
        'StepClock',
        'failed_step',
        'step',
        'wait_for',
    ),
    'text_files': ('write_text',),
}
_FILE_OF = {name: file for file, names in _FILES.items() for name in names}

__all__ = [
    'IMAGE_SUFFIXES',
    'STEPS',
    'WAITS',
    'CheckpointError',
    'ConfigError',
    'DataError',
    'DivergedError',
    'MOTRows',
    'OutputError',
    'SequenceInfo',
    'StepClock',
    'UserInputError',
    'VideoError',
    'atomic_path',
    'failed_step',
    'format_mot_rows',
    'frame_numbers',
    'list_images',
    'map_parallel',
    'natural_order',
    'number_folder',
    'pairs_in_reach',
    'read_mot',
    'require_frames',
    'require_writable_dir',
    'sort_images',
    'split_range',
    'step',
    'wait_for',
    'write_mot',
    'write_text',
]


def __getattr__(name: str) -> Any:
    if name not in _FILE_OF:
        raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
    value = getattr(import_module(f'{__name__}.{_FILE_OF[name]}'), name)
    globals()[name] = value
    return value
