import shutil

import pytest

from fairmot_mm.datasets import MOTVideoDataset
from fairmot_mm.datasets.converters import convert_yolo
from fairmot_mm.utils import DataError, OutputError, read_mot


@pytest.fixture
def make_yolo(tmp_path, make_image):
    """Write images and their labels; None writes no label file."""

    def make(names='person\ncar\n', **labels):
        source = tmp_path / 'src'
        for place, text in labels.items():
            stem = place.replace('__', '/')
            make_image(source / 'images' / f'{stem}.png')
            label = source / 'labels' / f'{stem}.txt'
            label.parent.mkdir(parents=True, exist_ok=True)
            if text is not None:
                label.write_text(text)
        (source / 'classes.txt').write_text(names)
        return source, tmp_path / 'out', 'SET'

    return make


def test_boxes_have_no_identity(make_yolo, tmp_path, read_labels, tree):
    """Lists by the top folder; cars are left out; no label file is no box."""
    arguments = make_yolo(
        train__a='0 0.1 0.3125 0.4 0.625\n1 .5 .5 .1 .1\n\n0 0.5 0.5 0 0.1\n',
        train__b=None,
        val__c='0 0.75 0.75 0.5 1\n0 nan 0.5 0.1 0.1\n',
    )
    before = tree(tmp_path / 'src')
    report = convert_yolo(*arguments)
    out = tmp_path / 'out'
    assert (out / 'set.train').read_text().splitlines() == [
        'SET/images/train/a.png',
        'SET/images/train/b.png',
    ]
    assert (out / 'set.val').read_text() == 'SET/images/val/c.png\n'
    assert read_labels(out, 'SET/images/train/a.png') == [
        '0 -1 0.100000 0.312500 0.400000 0.625000'
    ]
    assert read_labels(out, 'SET/images/train/b.png') == []
    assert read_labels(out, 'SET/images/val/c.png') == [
        '0 -1 0.750000 0.750000 0.500000 1.000000'
    ]
    assert report.rejected == {
        'class car is not converted': 1,
        'width or height is not above 0': 1,
        'not a finite number': 1,
    }
    assert tree(tmp_path / 'src') == before
    written = tree(out)
    convert_yolo(*arguments)
    assert tree(out) == written


def test_track_ids(make_yolo, tmp_path, read_labels):
    """The sixth column within a folder; each folder is a video to test on."""
    arguments = make_yolo(
        x__1='0 .2 .2 .1 .1 7\n',
        x__2='0 .3 .2 .1 .1 7\n0 .5 .5 .2 .2 3\n',
        y__1='1 .5 .5 .1 .1 7\n0 .2 .2 .1 .1 -1\n',
    )
    report = convert_yolo(*arguments, track_ids=True, classes=['person', 'car'])
    out = tmp_path / 'out'
    assert read_labels(out, 'SET/images/x/img1/2.png') == [
        '0 0 0.500000 0.500000 0.200000 0.200000',
        '0 1 0.300000 0.200000 0.100000 0.100000',
    ]
    assert read_labels(out, 'SET/images/y/img1/1.png') == [
        '0 -1 0.200000 0.200000 0.100000 0.100000',
        '1 0 0.500000 0.500000 0.100000 0.100000',
    ]
    assert str(*report.lists.values()) == '3 images, 5 boxes, 2 + 1 identities'
    data = MOTVideoDataset(data_root=str(out / 'SET/images'))
    rows = read_mot(data.get_data_info(0)['gt_file'])
    assert rows.tlwh.tolist() == [[15, 12, 10, 8], [40, 32, 20, 16], [25, 12, 10, 8]]
    assert rows.frames.tolist() == [1, 2, 2]


def test_ground_truth_has_the_numbers_of_the_images(make_yolo, tmp_path):
    """Frames 0, 5 and 10; a label file of another frame is refused."""
    line = '0 .2 .2 .1 .1 7\n'
    arguments = make_yolo(x__0=line, x__10=line, x__5=line)
    convert_yolo(*arguments, track_ids=True)
    data = MOTVideoDataset(data_root=str(tmp_path / 'out/SET/images'))
    assert [info['frame_number'] for info in data] == [0, 5, 10]
    assert read_mot(data.get_data_info(0)['gt_file']).frames.tolist() == [0, 5, 10]
    (tmp_path / 'src/labels/x/6.txt').write_text(line)
    with pytest.raises(DataError, match=r'1 label files of frames without .*: 6\.txt'):
        convert_yolo(*arguments, track_ids=True)


def test_images_in_one_folder(make_yolo, tmp_path, read_labels):
    """Without folders below ``images`` there is a training list."""
    convert_yolo(*make_yolo(a='0 .2 .2 .1 .1\n', c__b='0 .2 .2 .1 .1\n'))
    lines = (tmp_path / 'out/set.train').read_text().splitlines()
    assert lines == ['SET/images/a.png', 'SET/images/c/b.png']
    assert len(read_labels(tmp_path / 'out', 'SET/images/c/b.png')) == 1


def test_names_of_a_data_yaml(make_yolo, tmp_path, read_labels):
    """A list or numbered names, where there is no classes.txt."""
    arguments = make_yolo(a='1 .2 .2 .1 .1\n')
    source = tmp_path / 'src'
    (source / 'classes.txt').unlink()
    for text in ('names: [car, person]', 'names:\n  0: car\n  1: person\n'):
        (source / 'data.yaml').write_text(text)
        convert_yolo(*arguments)
        assert len(read_labels(tmp_path / 'out', 'SET/images/a.png')) == 1
    (source / 'data.yaml').unlink()
    with pytest.raises(DataError, match='give the class names'):
        convert_yolo(*arguments)
    convert_yolo(*arguments, names=['dog', 'person'])


@pytest.mark.parametrize(
    ('text', 'track_ids', 'message'),
    [
        (
            '0 .2 .2 .1 .1 .9\n',
            False,
            r'a\.txt, line 1: 6 columns, expected 5 \(without',
        ),
        ('0 .2 .2 .1 .1\n', True, r'line 1: 5 columns, expected 6 \(with track'),
        ('0 .2 .2 .1 .1\n2 .2 .2 .1 .1\n', False, 'line 2: class 2, but 2 names'),
        ('0 .2 .2 x .1\n', False, 'line 1: could not convert'),
    ],
)
def test_what_is_wrong_is_named(make_yolo, text, track_ids, message):
    """File and line."""
    with pytest.raises(DataError, match=message):
        convert_yolo(*make_yolo(a=text), track_ids=track_ids)


def test_no_images(tmp_path):
    """The folder must have ``images``."""
    with pytest.raises(DataError, match="no images in a folder 'images'"):
        convert_yolo(tmp_path, tmp_path / 'out', 'SET', names=['person'])


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        ('0 .2 .2 .1 .1 nan\n', 'line 1: identity = nan is not finite'),
        ('0 .2 .2 .1 .1 2.5\n', 'line 1: identity = 2.5 is not a whole number'),
        (f'0 .2 .2 .1 .1 {2**70}\n', 'line 1: identity = 1180.* must be at most'),
        ('0.7 .2 .2 .1 .1 1\n', 'line 1: class 0.7, but 2 names'),
        ('0 50 40 10 10 1\n', 'line 1: box 50 40 10 10: divide it by width'),
    ],
)
def test_values_that_cannot_be_used(make_yolo, text, message):
    """No identity is lost or rounded, and boxes in pixels are refused."""
    with pytest.raises(DataError, match=rf'a\.txt, {message}'):
        convert_yolo(*make_yolo(a=text), track_ids=True)


def test_large_identities_stay_apart(make_yolo, tmp_path, read_labels):
    """They are numbered again, from 0."""
    text = f'0 .2 .2 .1 .1 {2**53 - 1}\n0 .6 .2 .1 .1 {2**53 - 2}\n'
    convert_yolo(*make_yolo(a=text), track_ids=True)
    lines = read_labels(tmp_path / 'out', 'SET/images/img1/a.png')
    assert [line[:8] for line in lines] == ['0 0 0.60', '0 1 0.20']


@pytest.mark.parametrize('encoding', ['utf-8-sig', 'utf-16'])
@pytest.mark.parametrize('file', ['classes.txt', 'labels/a.txt', 'data.yaml'])
def test_marked_text(make_yolo, tmp_path, read_labels, file, encoding):
    """Labels and names with a byte order mark; GBK is refused with file and line."""
    arguments = make_yolo(a='0 .2 .2 .1 .1\n')
    path = tmp_path / 'src' / file
    if file == 'data.yaml':
        (tmp_path / 'src/classes.txt').unlink()
        path.write_text('names: [person]\n')
    text = path.read_text()
    path.write_bytes(text.encode(encoding))
    convert_yolo(*arguments)
    assert len(read_labels(tmp_path / 'out', 'SET/images/a.png')) == 1
    path.write_bytes(text.encode() + b'\xbd\xd6')
    with pytest.raises(DataError, match=rf'{file}, line [23]: .* save it as UTF-8'):
        convert_yolo(*arguments)


def test_a_blank_line_is_no_name(make_yolo):
    """It would move the numbers of the names below it."""
    with pytest.raises(DataError, match=r'classes\.txt, line 2: the line is blank'):
        convert_yolo(*make_yolo('car\n\nperson\n', a='1 .2 .2 .1 .1\n'))


@pytest.mark.parametrize('names', ['3', '[]', '{0: person, 2: car}', 'person'])
def test_yaml_without_names(make_yolo, tmp_path, names):
    """Each number needs a name."""
    arguments = make_yolo(a='0 .2 .2 .1 .1\n')
    (tmp_path / 'src/classes.txt').unlink()
    (tmp_path / 'src/data.yaml').write_text(f'names: {names}\n')
    with pytest.raises(DataError, match=r'data\.yaml has no names'):
        convert_yolo(*arguments)


@pytest.mark.parametrize('folders', [('images', 'images'), ('Images', 'Labels')])
def test_other_places_of_labels(make_yolo, tmp_path, read_labels, folders):
    """Labels beside the images, and folders in upper case."""
    arguments = make_yolo(train__a='0 .2 .2 .1 .1\n')
    source = tmp_path / 'src'
    for old, new in zip(('images', 'labels'), folders, strict=True):
        if (source / new).is_dir() and new != old:
            shutil.move(source / old / 'train/a.txt', source / new / 'train/a.txt')
            shutil.rmtree(source / old)
        else:
            (source / old).rename(source / new)
    convert_yolo(*arguments)
    assert len(read_labels(tmp_path / 'out', 'SET/images/train/a.png')) == 1


def test_no_label_is_found(make_yolo, tmp_path):
    """Images alone, or labels of other images, are no data set; some are counted."""
    arguments = make_yolo(a=None)
    with pytest.raises(
        DataError, match=r'none of 0 label files .*a\.png would be .*a\.txt'
    ):
        convert_yolo(*arguments)
    labels = tmp_path / 'src/labels'
    (labels / 'b.txt').write_text('0 .2 .2 .1 .1\n')
    with pytest.raises(DataError, match='none of 1 label files'):
        convert_yolo(*arguments)
    (labels / 'a.TXT').write_text('0 .2 .2 .1 .1\n')
    report = convert_yolo(*arguments)
    assert report.rejected_images == {'a label file without an image': 1}


def test_files_of_macos(make_yolo, tmp_path):
    """What macOS and Windows leave in folders is left out."""
    arguments = make_yolo(a='0 .2 .2 .1 .1\n')
    for name in (
        'images/._a.png',
        'labels/._a.txt',
        'images/.DS_Store',
        'images/Thumbs.db',
    ):
        (tmp_path / 'src' / name).write_bytes(b'\0\5\x16\7')
    report = convert_yolo(*arguments)
    assert str(*report.lists.values()) == '1 images, 1 boxes, 0 identities'


@pytest.mark.parametrize('name', ['a\n', 'b\r/a', 'a\udcbd'])
def test_names_that_no_list_can_hold(make_yolo, tmp_path, name):
    """They are refused before a list is written."""
    arguments = make_yolo(c='0 .2 .2 .1 .1\n')
    image = tmp_path / 'src/images' / f'{name}.png'
    image.parent.mkdir(exist_ok=True)
    shutil.copy(tmp_path / 'src/images/c.png', image)
    with pytest.raises((DataError, OutputError), match='rename'):
        convert_yolo(*arguments)
    assert not list((tmp_path / 'out').glob('set.*'))
