import pytest

from fairmot_mm.datasets import MOTVideoDataset
from fairmot_mm.datasets.converters import convert_yolo
from fairmot_mm.utils import DataError, read_mot


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
