import numpy as np
import pytest

from fairmot_mm.utils import DataError, format_mot_rows, read_mot, write_mot, write_text


def read(tmp_path, text):
    (tmp_path / 'a.txt').write_text(text)
    return read_mot(tmp_path / 'a.txt')


def test_ground_truth_of_mot17(tmp_path):
    """Nine columns: mark, class and visibility."""
    rows = read(tmp_path, '1,4,10,20,30,40,0,7,0.25\n2,4,11,20,30,40.5,1,1,1\n')
    assert rows.frames.tolist() == [1, 2]
    assert rows.ids.tolist() == [4, 4]
    np.testing.assert_array_equal(rows.tlwh, [[10, 20, 30, 40], [11, 20, 30, 40.5]])
    assert rows.marks.tolist() == [0, 1]
    assert rows.classes.tolist() == [7, 1]
    assert rows.visibility.tolist() == [0.25, 1]


@pytest.mark.parametrize(
    ('rest', 'mark'), [('', 1), (',0.5', 0.5), (',0.5,-1,-1,-1', 0.5), (',1,3,4,5', 1)]
)
def test_other_forms(tmp_path, rest, mark):
    """Ten columns end in world coordinates, which are no class (MOT15, results)."""
    rows = read(tmp_path, f'3,7,1.5,2,3,4{rest}\n')
    assert (rows.frames[0], rows.ids[0], rows.marks[0]) == (3, 7, mark)
    assert (rows.classes[0], rows.visibility[0]) == (1, 1)


@pytest.mark.parametrize('text', ['', '\n', '# nobody\n'])
def test_nobody(tmp_path, text):
    """A file without rows is right, and silent."""
    rows = read(tmp_path, text)
    assert len(rows) == 0
    assert rows.tlwh.shape == (0, 4)


def test_picking_rows(tmp_path):
    """A mask picks rows of every column."""
    rows = read(tmp_path, '1,1,0,0,1,1\n2,2,0,0,2,2\n3,1,0,0,3,3\n')
    picked = rows[rows.ids == 1]
    assert picked.frames.tolist() == [1, 3]
    assert picked.tlwh[:, 2].tolist() == [1, 3]


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        ('1,1,0,0,1\n', r'a\.txt, line 1: 5 columns, at least 6 are needed'),
        ('1,1,0,0,1,1\n\n2,1,0,0,1,1,1\n', r'line 3: 7 columns where the first .* 6'),
        ('1,1,0,0,1,1\n2,x,0,0,1,1\n', r"line 2: could not convert .*'x'"),
        ('1,1,0,0,1,1\n2,1,nan,0,1,1\n', r'line 2: not a finite number'),
        ('1;1;0;0;1;1\n', r'line 1: 1 columns, .* separated by commas or by spaces'),
    ],
)
def test_bad_line(tmp_path, text, message):
    """The message names the file and the line."""
    with pytest.raises(DataError, match=message):
        read(tmp_path, text)


def test_missing(tmp_path):
    """A file that does not exist is named."""
    with pytest.raises(DataError, match=r'gone\.txt does not exist'):
        read_mot(tmp_path / 'gone.txt')


def test_written_rows_are_read_again(tmp_path):
    """Results have the published ten columns, four decimals, frames from 1."""
    tlwh = np.array([[1.00004, -2, 30, 40], [5, 6, 7, 8.123456]])
    text = format_mot_rows(9, np.array([3, 12]), tlwh)
    assert text.splitlines()[0] == '9,3,1.0000,-2.0000,30.0000,40.0000,1,-1,-1,-1'
    write_text(tmp_path / 'sub' / 'a.txt', text)
    rows = read_mot(tmp_path / 'sub' / 'a.txt')
    assert rows.ids.tolist() == [3, 12]
    np.testing.assert_allclose(rows.tlwh, tlwh, atol=5e-5)
    assert format_mot_rows(1, [], []) == ''


def test_rows_written_are_read_back(tmp_path):
    """Marks are kept; the form is that of the published tracker."""
    text = '3,1,10.0000,20.2500,30.0000,40.0000,1,-1,-1,-1\n'
    (tmp_path / 'a.txt').write_text(text + text.replace('40.0000,1', '40.0000,0.125'))
    rows = read_mot(tmp_path / 'a.txt')
    write_mot(tmp_path / 'new' / 'b.txt', rows)
    assert (tmp_path / 'new' / 'b.txt').read_text() == (tmp_path / 'a.txt').read_text()
    write_mot(tmp_path / 'c.txt', rows[:0])
    assert len(read_mot(tmp_path / 'c.txt')) == 0
