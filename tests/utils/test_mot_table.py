import pytest

from fairmot_mm.utils import DataError, read_mot, write_mot
from fairmot_mm.utils.mot_table import ClassColumn, MOTTable

BOX = '10,20,30,40'


@pytest.fixture
def write(tmp_path):
    """Write a file; gives it."""

    def run(text):
        path = tmp_path / 'a.txt'
        path.write_text(text)
        return path

    return run


@pytest.mark.parametrize('separator', [',', ' ', '\t', '   ', ' \t ', ', '])
def test_separators(write, separator):
    """Trackers write commas, spaces or tabs."""
    text = '1,4,10,20,30,40,0,7,0.25\n\n# note\n2,4,11,20,30,40.5,1,1,1 # note\n'
    rows = read_mot(write(text.replace(',', separator)))
    assert rows.frames.tolist() == [1, 2]
    assert rows.tlwh.tolist() == [[10, 20, 30, 40], [11, 20, 30, 40.5]]
    assert rows.classes.tolist() == [7, 1]


def test_exponents(write):
    """numpy writes numbers this way."""
    rows = read_mot(write('1.0e+00 2e0 1.5e1 0 1 1\n'))
    assert (rows.frames[0], rows.ids[0], rows.tlwh[0, 0]) == (1, 2, 15)


@pytest.mark.parametrize(
    ('rest', 'column', 'classes'),
    [
        (['1', '1'], ClassColumn.NONE, [1, 1]),
        (['1,-1', '1,-1'], ClassColumn.NONE, [1, 1]),
        (['1,2', '1,1'], ClassColumn.MOT, [2, 1]),
        (['1,4,-1', '1,1,-1'], ClassColumn.MOT, [4, 1]),
        (['1,-1,-1', '1,-1,-1'], ClassColumn.NONE, [1, 1]),
        (['1,4,-1,-1', '1,1,-1,-1'], ClassColumn.MOT, [4, 1]),
        (['1,4,0,2', '1,0,1,0'], ClassColumn.VISDRONE, [4, 0]),
        (['1,4,0,0', '1,1,0,0'], ClassColumn.VISDRONE, [4, 1]),
        (['1,-1,-1,-1', '1,-1,-1,-1'], ClassColumn.NONE, [1, 1]),
        (['1,0,0,0', '1,0,0,0'], ClassColumn.NONE, [1, 1]),
        (['1,-4.15,-7.36,0', '1,-11.3,-5.6,0'], ClassColumn.NONE, [1, 1]),
        (['1,3,40,55', '1,7,21,18'], ClassColumn.NONE, [1, 1]),
    ],
)
def test_classes(write, rest, column, classes):
    """Column 8 is the class, unless columns 8 to 10 are world coordinates or empty."""
    path = write(''.join(f'{k},1,{BOX},{text}\n' for k, text in enumerate(rest, 1)))
    assert MOTTable.read(path).class_column is column
    assert read_mot(path).classes.tolist() == classes


def test_world_coordinates_of_mot15(write):
    """The first rows of ETH-Sunnyday; its columns are metres."""
    path = write(
        '1,1,50,191,61,141,1,-5.0036,11.913,0.69979\n'
        '1,2,175,200,48,104,1,-4.8062,14.355,0.62309\n'
    )
    assert MOTTable.read(path).class_column is ClassColumn.NONE


@pytest.mark.parametrize(
    ('line', 'message'),
    [
        (f'1.9,1,{BOX},1,1,1', 'line 2: frame = 1.9 is not a whole number'),
        (f'1,1.1,{BOX},1,1,1', 'line 2: identity = 1.1 is not a whole number'),
        (f'1,1,{BOX},1,0.7,1', 'line 2: class = 0.7 is not a whole number'),
        (f'1,1,{BOX},1,-1,1', 'line 2: class = -1 must be at least 0'),
        (f'1,{2**70},{BOX},1,1,1', 'line 2: identity = 1180.* must be at most 9007199'),
        (f'1,{2**53 + 1},{BOX},1,1,1', 'line 2: identity = 9007199254740993 must be'),
        (f'1,nan,{BOX},1,1,1', 'line 2: not a finite number'),
        (f'1,1,{BOX},1,nan,1', 'line 2: not a finite number'),
        (f'1,1,{BOX},nan,1,1', 'line 2: not a finite number'),
        (f'1,1e400,{BOX},1,1,1', 'line 2: not a finite number'),
        (f'1,1_0,{BOX},1,1,1', "line 2: not numbers: '1,1_0"),
        (f'1,\u0661,{BOX},1,1,1', 'line 2: not numbers'),
        (f'1,,{BOX},1,1,1', "line 2: could not convert ''"),
        (f'1 1,{BOX},1,1,1,1', "line 2: could not convert '1 1'"),
        (f'1,1,{BOX},1,1,1,0,0', 'line 2: 11 columns, at most 10'),
    ],
)
def test_what_cannot_be_used_is_refused(write, line, message):
    """Nothing is rounded; file and line are named."""
    with pytest.raises(DataError, match=rf'a\.txt, {message}'):
        read_mot(write(f'1,1,{BOX},1,1,1\n{line}\n'))


def test_identities_are_exact(write):
    """Neighbours far above 2^24 stay two people."""
    ids = [2**24, 2**24 + 1, 2**53 - 2, 2**53 - 1]
    rows = read_mot(write(''.join(f'1,{number},{BOX}\n' for number in ids)))
    assert rows.ids.tolist() == ids


def test_other_encoding(tmp_path):
    """A byte order mark is fine, GBK is not."""
    path = tmp_path / 'a.txt'
    path.write_bytes(f'1,1,{BOX}\n'.encode('utf-16'))
    assert len(read_mot(path)) == 1
    path.write_bytes(f'1,1,{BOX}\n# '.encode() + b'\xbd\xd6')
    with pytest.raises(DataError, match=r'a\.txt, line 2: .* save it as UTF-8'):
        read_mot(path)


def test_classes_are_written(write, tmp_path):
    """Results of several classes keep them when they are read and written."""
    text = '1,1,10.0000,20.0000,30.0000,40.0000,1,{},-1,-1\n'
    path = write(text.format(2) + text.format(1))
    write_mot(tmp_path / 'b.txt', read_mot(path))
    assert (tmp_path / 'b.txt').read_text() == path.read_text()
