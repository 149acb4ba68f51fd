"""Reading the list of the videos of an archive."""

import csv
import io
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from fairmot_mm.archive.storage import Storage, open_file_system, storage_errors
from fairmot_mm.utils import DataError, natural_order
from fairmot_mm.utils.expand_pattern import expand_pattern
from fairmot_mm.utils.find_files import VIDEO_SUFFIXES
from fairmot_mm.utils.urls import is_url, local_path, without_secrets
from fairmot_mm.video.source_names import require_file_names

_COLUMN = 'video'
_COLUMNS = (_COLUMN, 'name')
_FORM = (
    'a manifest is a text file with a video on each line, a CSV or Parquet file with a '
    "column video (and name, if you like), or a pattern in quotes, as in 'videos/*.mp4'"
)


class ManifestVideo(NamedTuple):
    """A video of a manifest.

    Attributes:
        source: Path or address.
        name: Name of its results; None where the manifest gives none.
        place: Where it is in the manifest, for messages.
    """

    source: str
    name: str | None
    place: str


def read_manifest(manifest: str) -> list[ManifestVideo]:
    """Read which videos to track.

    Args:
        manifest: Path or address of a text file (a video on each line; blank lines and
            lines that begin with ``#`` are left out), of a ``.csv``, ``.tsv`` or
            ``.parquet`` file with a column ``video`` and perhaps ``name``; or a folder
            or pattern (``*``, ``?``, ``[...]``, ``**``) of videos and of folders of
            images. A path in a file is relative to the folder of the file.

    Returns:
        The videos in order; those of a pattern in natural order.

    Raises:
        DataError: The manifest does not exist, is malformed or empty, or it names a
            video or a name twice.
        ConfigError: A name cannot be that of a file.
    """
    system, path = open_file_system(manifest)
    with storage_errors(manifest, DataError, 'read'):
        if system.isdir(path):
            videos = _expand(f'{manifest.rstrip("/")}/*', only_videos=True)
        elif system.isfile(path):
            videos = [*_read_file(manifest)]
        elif any(character in manifest for character in '*?['):
            videos = _expand(manifest, only_videos=False)
        else:
            raise DataError(f'{without_secrets(manifest)} does not exist: {_FORM}')
    if not videos:
        raise DataError(f'{without_secrets(manifest)} names no video: {_FORM}')
    _require_different(videos)
    return videos


def _expand(pattern: str, only_videos: bool) -> list[ManifestVideo]:
    """The videos that a pattern means."""
    if is_url(local_path(pattern)):
        system, path = open_file_system(pattern)
        found = [system.unstrip_protocol(name) for name in system.glob(path)]
    else:
        paths = expand_pattern(local_path(pattern))
        found = [os.path.abspath(path) for path in paths]
    names = [
        name
        for name in found
        if not PurePosixPath(name).name.startswith('.')
        and (
            PurePosixPath(name).suffix.lower() in VIDEO_SUFFIXES
            or (not only_videos and os.path.isdir(name))
        )
    ]
    names.sort(key=natural_order)
    return [ManifestVideo(name, None, without_secrets(pattern)) for name in names]


def _read_file(manifest: str) -> Iterator[ManifestVideo]:
    """The videos of a text, CSV or Parquet file."""
    folder, _, file = _whole(manifest).rpartition('/')
    suffix = PurePosixPath(file).suffix.lower()
    shown = without_secrets(manifest)
    if suffix in VIDEO_SUFFIXES:
        raise DataError(f'{shown} is a video and no list of videos: {_FORM}')
    data = Storage(folder or '/').read(file)
    if suffix == '.parquet':
        rows: Iterable[tuple[str, Mapping[str, Any]]] = _parquet_rows(data, shown)
    else:
        text = _decode(data, shown)
        reads_table = suffix in ('.csv', '.tsv')
        rows = (_table_rows if reads_table else _text_rows)(text, shown, suffix)
    for place, row in rows:
        video, name = row.get(_COLUMN), row.get('name')
        if not isinstance(video, str) or not video.strip():
            raise DataError(f'{place}: the column video is empty: name a video there')
        if name is not None and not isinstance(name, str):
            raise DataError(f'{place}: name {name!r} must be text')
        source = video.strip()
        if not (is_url(source) or Path(source).is_absolute()):
            source = f'{folder}/{source}'
        yield ManifestVideo(_whole(source), (name or '').strip() or None, place)


def _whole(source: str) -> str:
    """A path from the root: workers may have another current folder."""
    path = local_path(source)
    return path if is_url(path) else os.path.abspath(path)


def _decode(data: bytes, shown: str) -> str:
    try:
        return data.decode('utf-8-sig')
    except UnicodeDecodeError as error:
        line = data.count(b'\n', 0, error.start) + 1
        raise DataError(
            f'{shown}, line {line}: the file is not text in UTF-8: {_FORM}'
        ) from error


def _text_rows(
    text: str, shown: str, suffix: str
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.lstrip().startswith('#'):
            yield f'{shown}, line {number}', {_COLUMN: line}


def _table_rows(
    text: str, shown: str, suffix: str
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    reader = csv.DictReader(
        io.StringIO(text, newline=''), delimiter='\t' if suffix == '.tsv' else ','
    )
    try:
        _require_columns(reader.fieldnames or (), shown)
        for row in reader:
            place = f'{shown}, line {reader.line_num}'
            if None in row:
                raise DataError(f'{place}: the line has more columns than the first')
            yield place, row
    except csv.Error as error:
        raise DataError(f'{shown}, line {reader.line_num}: {error}') from error


def _parquet_rows(data: bytes, shown: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    parquet = import_parquet()
    try:
        table = parquet.read_table(io.BytesIO(data))
    except (OSError, ValueError) as error:
        what = ' '.join(str(error).split())
        raise DataError(f'{shown} is not a Parquet file: {what}') from error
    _require_columns(table.column_names, shown)
    columns = [name for name in _COLUMNS if name in table.column_names]
    for number, row in enumerate(table.select(columns).to_pylist(), 1):
        yield f'{shown}, row {number}', row


def import_parquet() -> Any:
    """Import what reads and writes Parquet.

    Raises:
        DataError: It is not installed.
    """
    try:
        import pyarrow.parquet
    except ImportError as error:
        raise DataError(
            "Parquet needs pyarrow: pip install 'fairmot_mm[parquet]'"
        ) from error
    return pyarrow.parquet


def _require_columns(names: Iterable[str], shown: str) -> None:
    if _COLUMN not in names:
        raise DataError(
            f'{shown} has no column {_COLUMN!r} but {", ".join(names) or "none"}: '
            f'{_FORM}'
        )


def _require_different(videos: Iterable[ManifestVideo]) -> None:
    """Refuse a manifest that names a video, or a result, twice."""
    places: dict[tuple[str, str], str] = {}
    for video in videos:
        for what, value in (('video', video.source), ('name', video.name)):
            if value is None:
                continue
            if (what, value) in places:
                raise DataError(
                    f'{video.place}: the {what} {without_secrets(value)} is also in '
                    f'{places[what, value].rpartition(", ")[2]}: remove one of the two'
                )
            places[what, value] = video.place
    named = [video for video in videos if video.name is not None]
    for video in named:
        if video.name and video.name.startswith('.'):
            raise DataError(f'{video.place}: name {video.name} begins with a dot')
    require_file_names(video.name for video in named if video.name is not None)
