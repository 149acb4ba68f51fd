import builtins

import pytest

from fairmot_mm.exports import open_writer
from fairmot_mm.exports.parquet_writer import ParquetWriter
from fairmot_mm.utils import ConfigError, OutputError

parquet = pytest.importorskip('pyarrow.parquet')


def test_typed_columns_in_row_groups(tmp_path, make_frame, video):
    """Values come back as they are; groups are written as soon as they are full."""
    writer = ParquetWriter(tmp_path / 'a.parquet', video, rows_of_a_group=4)
    writer.write(make_frame(0))
    for index in range(1, 6):
        tracks = [(3, 1, 0.1, 2, 3, 4), (index, 0, 1, 1, 2, 2)]
        writer.write(make_frame(index, *tracks))
    assert not (tmp_path / 'a.parquet').exists()
    writer.close()
    writer.close()
    assert writer.num_frames == 6
    file = parquet.ParquetFile(tmp_path / 'a.parquet')
    assert file.metadata.num_row_groups == 3
    assert file.schema_arrow.metadata[b'frame_rate'] == b'10.0'
    rows = file.read().to_pylist()
    assert len(rows) == 10
    assert rows[0] == {
        'frame': 2,
        'time': 0.1,
        'id': 3,
        'class_id': 1,
        'class': 'car, "big"',
        'score': 1 / 3,
        'x': 0.1,
        'y': 2.0,
        'width': 3.0,
        'height': 4.0,
    }


def test_a_video_without_people(tmp_path, make_frame, video):
    """The table has its columns and no row."""
    writer = open_writer('parquet', tmp_path / 'a.parquet', video)
    writer.write(make_frame(0))
    writer.close()
    table = parquet.read_table(tmp_path / 'a.parquet')
    assert (table.num_rows, table.column_names[:3]) == (0, ['frame', 'time', 'id'])


def test_full_disk(tmp_path, make_frame, video, full_disk):
    """Nobody could read a part of the file, so nothing is left."""
    writer = ParquetWriter(tmp_path / 'a.parquet', video, rows_of_a_group=1)
    writer.write(make_frame(0, (1, 0, 0, 0, 5, 5)))
    full_disk(100)
    with pytest.raises(OutputError, match=r'cannot write .*a\.parquet: .*nothing is k'):
        writer.write(make_frame(1, (1, 0, 0, 0, 5, 5)))
    writer.close()
    assert writer.num_frames == 0
    assert not list(tmp_path.iterdir())


def test_without_pyarrow(tmp_path, video, monkeypatch):
    """One line says what to install."""
    load = builtins.__import__

    def fail(name, *args, **kwargs):
        if name.startswith('pyarrow'):
            raise ImportError(f'No module named {name!r}')
        return load(name, *args, **kwargs)

    monkeypatch.setattr(builtins, '__import__', fail)
    with pytest.raises(ConfigError, match=r'pip install "fairmot_mm\[parquet\]"'):
        ParquetWriter(tmp_path / 'a.parquet', video)
