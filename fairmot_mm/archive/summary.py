"""The summary of a run over an archive."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import fields

from fairmot_mm.archive.archive_folder import SUMMARY, ArchiveFolder
from fairmot_mm.archive.manifest import import_parquet
from fairmot_mm.archive.video_record import DONE, FAILED, VideoRecord
from fairmot_mm.utils.counted import counted


def write_summary(folder: ArchiveFolder, records: Sequence[VideoRecord]) -> str:
    """Write ``summary.txt`` and ``summary.parquet``, with a row for each video.

    Args:
        folder: The folder of the results.
        records: Records of the videos; one that is neither done nor failed is missing.

    Returns:
        The totals, in one line.

    Raises:
        OutputError: A file cannot be written.
        DataError: pyarrow is not installed.
    """
    records = sorted(records, key=lambda record: record.name)
    totals = describe_totals(records)
    text = _format(records, totals)
    # Bytes of a file name that are not UTF-8 stay as they are.
    data = text.encode('utf-8', 'surrogateescape')
    folder.storage.write(f'{SUMMARY}.txt', data)
    folder.storage.write(f'{SUMMARY}.parquet', _table(records))
    return totals


def describe_totals(records: Iterable[VideoRecord]) -> str:
    """Sum up what was done.

    Args:
        records: Records of the videos.
    """
    records = [*records]
    done = [record for record in records if record.state == DONE]
    num_failed = sum(record.state == FAILED for record in records)
    num_missing = len(records) - len(done) - num_failed
    missing = f', {num_missing} not tracked yet' if num_missing else ''
    return (
        f'{len(done)} of {len(records)} videos done, {num_failed} failed{missing}; '
        f'{counted(sum(record.frames for record in done), "frame")}, '
        f'{counted(sum(record.people for record in done), "person", "people")}, '
        f'{counted(sum(record.boxes for record in done), "box", "boxes")}, '
        f'{sum(record.seconds for record in done):.1f} seconds of work'
    )


def _format(records: Iterable[VideoRecord], totals: str) -> str:
    """The text: totals, then what went wrong, then each video."""
    lines = [totals, '']
    for record in records:
        if record.error:
            lines.append(f'failed: {record.name}: {record.error}')
        lines += [f'warning: {record.name}: {text}' for text in record.warnings]
    lines += ['', f'{"frames":>9} {"people":>7} {"boxes":>9} {"seconds":>9}  video']
    lines += [
        f'{record.frames:>9} {record.people:>7} {record.boxes:>9} '
        f'{record.seconds:>9.1f}  {record.name} ({record.source})'
        for record in records
        if record.state == DONE
    ]
    return '\n'.join(lines) + '\n'


def _table(records: Sequence[VideoRecord]) -> bytes:
    """The Parquet file: all fields of the records, chunks as their number."""
    parquet = import_parquet()
    import pyarrow

    types = {
        'frames': pyarrow.int64(),
        'boxes': pyarrow.int64(),
        'people': pyarrow.int64(),
        'num_bytes': pyarrow.int64(),
        'seconds': pyarrow.float64(),
        'chunks': pyarrow.int64(),
        'warnings': pyarrow.list_(pyarrow.string()),
    }
    columns = {}
    for field in fields(VideoRecord):
        values = [getattr(record, field.name) for record in records]
        if field.name == 'split':
            continue
        if field.name == 'chunks':
            values = [len(value) if value else 1 for value in values]
        kind = types.get(field.name, pyarrow.string())
        columns[field.name] = pyarrow.array([*map(_plain, values)], kind)
    file = io.BytesIO()
    parquet.write_table(pyarrow.table(columns), file)
    return file.getvalue()


def _plain(value: object) -> object:
    """A value as Parquet can hold it: text in UTF-8, lists."""
    if isinstance(value, str):
        return value.encode('utf-8', 'surrogateescape').decode('utf-8', 'replace')
    return [*map(_plain, value)] if isinstance(value, tuple) else value
