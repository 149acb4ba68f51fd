"""The forms in which tracks can be written."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from fairmot_mm.exports.track_writer import TrackWriter
from fairmot_mm.exports.tracked_frame import TrackedVideo

# Name of the form: ending of its files, file of this package and class in it.
FORMS = {
    'csv': ('.csv', 'csv_writer', 'CSVWriter'),
    'parquet': ('.parquet', 'parquet_writer', 'ParquetWriter'),
    'jsonl': ('.jsonl', 'json_lines_writer', 'JSONLinesWriter'),
    'coco-vid': ('.json', 'coco_vid_writer', 'COCOVIDWriter'),
    'cvat': ('.xml', 'cvat_writer', 'CVATWriter'),
}
# Forms that can be read without their end.
_GROWING = ('csv', 'jsonl')


def open_writer(
    form: str, path: str | Path, video: TrackedVideo, grows: bool = False
) -> TrackWriter:
    """Make the writer of a form.

    Args:
        form: One of `FORMS`.
        path: The file to make.
        video: The video.
        grows: Whether a file of a form that can be read without its end (CSV, JSON
            lines) has its name from the first frame on, so that others can follow it.

    Returns:
        The writer; its file begins with the first frame.

    Raises:
        ConfigError: A package that the form needs is not installed.
    """
    _, file, name = FORMS[form]
    make: Callable[..., TrackWriter] = getattr(
        import_module(f'fairmot_mm.exports.{file}'), name
    )
    return make(path, video, True) if grows and form in _GROWING else make(path, video)
