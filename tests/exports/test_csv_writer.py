import csv

import pytest

from fairmot_mm.exports import CSVWriter
from fairmot_mm.utils import DataError, OutputError


def test_columns_have_names(tmp_path, make_frame, video):
    """Every row can be read by the names, also a class name with comma and quotes."""
    writer = CSVWriter(tmp_path / 'new' / 'a.csv', video)
    writer.write(make_frame(0))
    writer.write(make_frame(3, (7, 0, 1.25, 2, 10, 20), (3, 1, -4, 0, 5, 6.33333)))
    assert not (tmp_path / 'new' / 'a.csv').exists()
    writer.close()
    writer.close()
    assert writer.num_frames == 2
    with (tmp_path / 'new' / 'a.csv').open(newline='') as file:
        first, second = csv.DictReader(file)
    assert first == {
        'frame': '4',
        'time': '0.300000',
        'id': '7',
        'class_id': '0',
        'class': 'person',
        'score': '0.142857',
        'x': '1.2500',
        'y': '2.0000',
        'width': '10.0000',
        'height': '20.0000',
    }
    assert (second['id'], second['class'], second['height']) == (
        '3',
        'car, "big"',
        '6.3333',
    )


def test_no_frame_is_no_file(tmp_path, video):
    """A run without a frame leaves nothing."""
    CSVWriter(tmp_path / 'a.csv', video).close()
    assert not list(tmp_path.iterdir())


def test_a_class_without_a_name(tmp_path, make_frame, video):
    """It is an error, and not a number in the column of names."""
    writer = CSVWriter(tmp_path / 'a.csv', video)
    with pytest.raises(DataError, match='clip: class 3 has no name; 2 classes'):
        writer.write(make_frame(0, (1, 2, 0, 0, 5, 5)))


def test_full_disk(tmp_path, make_frame, video, full_disk):
    """The frames before are kept, whole."""
    writer = CSVWriter(tmp_path / 'a.csv', video)
    writer.write(make_frame(0, (1, 0, 0, 0, 5, 5)))
    full_disk(120)
    with pytest.raises(OutputError, match=r'cannot write .*a\.csv: File too large'):
        writer.write(make_frame(1, (1, 0, 0, 0, 5, 5)))
    writer.close()
    lines = (tmp_path / 'a.csv').read_text().splitlines()
    assert [line.partition(',')[0] for line in lines] == ['frame', '1']
