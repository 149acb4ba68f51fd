"""Rows of KITTI are written and read back."""

import numpy as np
import pytest

from fairmot_mm.utils import DataError
from fairmot_mm.utils.kitti_io import format_kitti, read_kitti


def test_what_is_written_is_read_back(tmp_path):
    """Boxes, names and scores stay; the file has the 18 columns of a result."""
    boxes = np.array([[10.5, 20, 30, 40], [0, 1, 2, 3]])
    text = format_kitti(7, [3, 4], boxes, ['car', 'Person_sitting'], [0.5, 0.25])
    assert [len(line.split()) for line in text.splitlines()] == [18, 18]
    assert text.split()[2] == 'Car'
    path = tmp_path / '0000.txt'
    path.write_text(f'\n{text}')
    rows = read_kitti(path)
    assert rows.frames.tolist() == [7, 7]
    assert rows.ids.tolist() == [3, 4]
    assert rows.names.tolist() == ['car', 'person_sitting']
    assert rows.scores.tolist() == [0.5, 0.25]
    np.testing.assert_allclose(rows.tlwh, boxes)
    assert rows.where(0) == f'{path}, line 2'


def test_a_class_without_a_name_there():
    """The server would refuse the file."""
    with pytest.raises(DataError, match=r"class 'bus' has no name in KITTI: Car, Van"):
        format_kitti(0, [1], [[0, 0, 9, 9]], ['bus'], [1])


def test_an_empty_file(tmp_path):
    """A sequence without results has no rows."""
    (tmp_path / 'a.txt').touch()
    rows = read_kitti(tmp_path / 'a.txt')
    assert len(rows) == 0
    assert rows.tlwh.shape == (0, 4)
