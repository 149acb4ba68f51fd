import json

import pytest
from PIL import Image

from fairmot_mm.datasets.converters import convert_crowdhuman
from fairmot_mm.utils import DataError


def box(fbox, **others):
    return {
        'tag': 'person',
        'hbox': [0, 0, 5, 5],
        'vbox': [0, 0, 9, 9],
        'fbox': fbox,
    } | others


TRAIN = [
    {
        'ID': '27,a',
        'gtboxes': [
            box([-10, 0, 40, 50], extra={'box_id': 0, 'occ': 0}),
            box([0, 0, 9, 9], extra={'ignore': 1}, tag='mask'),
            box([50, 20, 50, 80], head_attr={'ignore': 1, 'occ': 1}),
            box([1, 1, 0, 4], extra={}),
        ],
    },
    {'ID': '27,b', 'gtboxes': [box([0, 0, 9, 9], extra={'ignore': 1})]},
    {'ID': '27,c', 'gtboxes': [box([10, 10, 20, 40], extra={'box_id': 0})]},
]
VAL = [{'ID': '28,d', 'gtboxes': [box([0, 0, 100, 80], extra={'box_id': 0})]}]


@pytest.fixture
def source(tmp_path, make_image):
    """The folder that the three archives of images and the annotations unpack to."""
    root = tmp_path / 'src'
    for name in ('27,a', '27,b', '27,c'):
        make_image(root / 'CrowdHuman_train/Images' / f'{name}.jpg')
    make_image(root / 'CrowdHuman_val/Images/28,d.jpg')
    for split, entries in {'train': TRAIN, 'val': VAL}.items():
        text = ''.join(json.dumps(entry) + '\n' for entry in entries)
        (root / f'annotation_{split}.odgt').write_text(text)
    return root


def test_every_box_an_identity(source, tmp_path, read_labels, tree):
    """Full bodies beyond the image stay, ignored ones go, head ignore does not matter.

    Identities count over the kept boxes of a list, and start again for the other one.
    """
    before = tree(source)
    out = tmp_path / 'out'
    report = convert_crowdhuman(source, out)
    assert (out / 'crowdhuman.train').read_text().splitlines() == [
        f'crowdhuman/images/train/27,{k}.jpg' for k in 'abc'
    ]
    assert (out / 'crowdhuman.val').read_text() == 'crowdhuman/images/val/28,d.jpg\n'
    assert read_labels(out, 'crowdhuman/images/train/27,a.jpg') == [
        '0 0 0.100000 0.312500 0.400000 0.625000',
        '0 1 0.750000 0.750000 0.500000 1.000000',
    ]
    assert read_labels(out, 'crowdhuman/images/train/27,b.jpg') == []
    assert read_labels(out, 'crowdhuman/images/train/27,c.jpg') == [
        '0 2 0.200000 0.375000 0.200000 0.500000'
    ]
    assert read_labels(out, 'crowdhuman/images/val/28,d.jpg') == [
        '0 0 0.500000 0.500000 1.000000 1.000000'
    ]
    assert [str(count) for count in report.lists.values()] == [
        '3 images, 3 boxes, 3 identities',
        '1 images, 1 boxes, 1 identities',
    ]
    assert report.rejected == {
        'extra.ignore is 1': 2,
        'width or height is not above 0': 1,
    }
    assert tree(source) == before


def test_detection_alone(source, tmp_path, read_labels):
    """The same boxes without identities, under another name beside the first."""
    out = tmp_path / 'out'
    convert_crowdhuman(source, out)
    report = convert_crowdhuman(source, out, 'crowdhuman_det', identities='none')
    assert read_labels(out, 'crowdhuman_det/images/train/27,a.jpg') == [
        '0 -1 0.100000 0.312500 0.400000 0.625000',
        '0 -1 0.750000 0.750000 0.500000 1.000000',
    ]
    assert [count.ids for count in report.lists.values()] == [[0], [0]]
    assert read_labels(out, 'crowdhuman/images/train/27,a.jpg')[1].startswith('0 1 ')


def test_turned_photograph(source, tmp_path, read_labels):
    """A picture stored lying down is measured standing, as it is loaded."""
    exif = Image.Exif()
    exif[0x0112] = 6
    path = source / 'CrowdHuman_train/Images/27,c.jpg'
    Image.new('RGB', (80, 100)).save(path, exif=exif)  # loaded as 100 x 80
    convert_crowdhuman(source, tmp_path / 'out')
    assert read_labels(tmp_path / 'out', 'crowdhuman/images/train/27,c.jpg') == [
        '0 2 0.200000 0.375000 0.200000 0.500000'
    ]


def test_images_that_lie_in_place(tmp_path, make_image, tree):
    """The published layout: labels are added beside images, nothing is linked."""
    folder = tmp_path / 'crowdhuman'
    image = make_image(folder / 'images/train/27,c.jpg')
    (folder / 'annotation_train.odgt').write_text(json.dumps(TRAIN[2]))
    convert_crowdhuman(folder, tmp_path)
    assert not image.is_symlink()
    assert (folder / 'labels_with_ids/train/27,c.txt').is_file()
    before = tree(tmp_path)
    convert_crowdhuman(folder, tmp_path)
    assert tree(tmp_path) == before


def test_what_is_wrong_is_named(source, tmp_path):
    """File and line of a missing image, a broken line and a box without body."""
    out = tmp_path / 'out'
    with pytest.raises(DataError, match='neither annotation_train'):
        convert_crowdhuman(tmp_path, out)
    with pytest.raises(DataError, match='choose one of per-box, none'):
        convert_crowdhuman(source, out, identities='some')
    file = source / 'annotation_val.odgt'
    for text, message in {
        '{"ID": "29,x", "gtboxes": []}': r'val\.odgt, line 1: image 29,x is not in',
        '{"ID": "28,d", "gtboxes": [{"tag": "person"}]}': r"line 1: .*'fbox'",
        '{"ID": "28,d"': r'val\.odgt, line 1: not an annotation',
    }.items():
        file.write_text(text)
        with pytest.raises(DataError, match=message):
            convert_crowdhuman(source, out)
        assert not list(out.glob('*.train'))


@pytest.mark.parametrize('encoding', ['utf-8-sig', 'utf-16'])
def test_marked_text(source, tmp_path, encoding):
    """A byte order mark is no part of the first line; images of macOS are left out."""
    file = source / 'annotation_train.odgt'
    file.write_bytes(file.read_text().replace('\n', '\r\n').encode(encoding))
    (source / 'CrowdHuman_train/Images/._27,a.jpg').touch()
    report = convert_crowdhuman(source, tmp_path / 'out')
    assert len(report.lists) == 2
    file.write_bytes(b'{\xbd\xd6')
    with pytest.raises(DataError, match=r'annotation_train\.odgt, line 1: .* not text'):
        convert_crowdhuman(source, tmp_path / 'out')


@pytest.mark.parametrize('fbox', ['[0.1, 0.1, 0.2, 0.4]', '"1234"', '[0, 0, 1e999, 1]'])
def test_boxes_that_cannot_be_used(source, tmp_path, fbox):
    """Fractions, text, and what is not finite everywhere."""
    text = '{"ID": "27,a", "gtboxes": [{"fbox": FBOX}]}\n'.replace('FBOX', fbox)
    (source / 'annotation_train.odgt').write_text(text)
    (source / 'annotation_val.odgt').unlink()
    with pytest.raises(DataError, match=r'fractions|not an annotation|not a finite'):
        convert_crowdhuman(source, tmp_path / 'out')


@pytest.mark.parametrize('identities', ['per-box', 'none'])
def test_ignored_boxes_as_regions(identities, source, tmp_path, read_labels):
    """They have neither class nor identity; the others are those of a plain run."""
    out = tmp_path / 'out'
    convert_crowdhuman(source, out, identities=identities, keep_ignored=True)
    first = read_labels(out, 'crowdhuman/images/train/27,a.jpg')
    assert [line.split()[:2] for line in first if line[0] == '-'] == [['-1', '-1']]
    ids = ['0', '1'] if identities == 'per-box' else ['-1', '-1']
    assert [line.split()[1] for line in first if line[0] == '0'] == ids
    assert read_labels(out, 'crowdhuman/images/train/27,b.jpg') == [
        '-1 -1 0.045000 0.056250 0.090000 0.112500'
    ]
