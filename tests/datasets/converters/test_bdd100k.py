"""BDD100K MOT as downloaded, box by box."""

import json

import pytest

from fairmot_mm.datasets.converters import convert_bdd100k
from fairmot_mm.utils import DataError
from fairmot_mm.utils.class_files import read_class_rows


def label(identity, name, box, **attributes):
    x, y, w, h = box
    return dict(
        id=identity,
        category=name,
        attributes=dict(crowd=False, occluded=True, truncated=True) | attributes,
        box2d=dict(x1=x, y1=y, x2=x + w, y2=y + h),
    )


def frame(index, *labels):
    return dict(
        name=f'b1c-6f7-{index + 1:07d}.jpg',
        videoName='b1c-6f7',
        frameIndex=index,
        labels=list(labels),
    )


FRAMES = [
    frame(
        0,
        label('00091078', 'car', (10, 20, 30, 40)),
        label('00091079', 'other vehicle', (50, 20, 20, 40)),
        label('7', 'pedestrian', (80, 20, 10, 40), crowd=True),
        label('8', 'pedestrian', (0, 40, 10, 40)),
    ),
    frame(
        1,
        label('00091078', 'car', (12, 20, 30, 40)),
        label('9', 'bike', (0, 0, 20, 10)),
    ),
]


@pytest.fixture
def source(tmp_path, make_image):
    root = tmp_path / 'downloads'
    for split in ('train', 'val'):
        (root / f'labels/box_track_20/{split}').mkdir(parents=True)
        write(root, split, FRAMES)
        for index in (0, 1):
            name = f'b1c-6f7-{index + 1:07d}.jpg'
            make_image(root / f'images/track/{split}/b1c-6f7/{name}')
    return root


def write(root, split, content):
    path = root / f'labels/box_track_20/{split}/b1c-6f7.json'
    path.write_text(json.dumps(content))


def test_labels_box_by_box(source, tmp_path, read_labels):
    """Crowds and unscored classes are ignore regions; truncated boxes count."""
    out = tmp_path / 'data'
    report = convert_bdd100k(source, out)
    assert [path.name for path in report.lists] == ['bdd100k.train', 'bdd100k.val']
    image = 'bdd100k/images/train/b1c-6f7/img1/b1c-6f7-{:07d}.jpg'
    assert sorted(read_labels(out, image.format(1))) == [
        '-1 -1 0.600000 0.500000 0.200000 0.500000',
        '-1 -1 0.850000 0.500000 0.100000 0.500000',
        '0 0 0.050000 0.750000 0.100000 0.500000',
        '2 0 0.250000 0.500000 0.300000 0.500000',
    ]
    assert sorted(read_labels(out, image.format(2))) == [
        '2 0 0.270000 0.500000 0.300000 0.500000',
        '7 0 0.100000 0.062500 0.200000 0.125000',
    ]
    folder = out / 'bdd100k/images/val/b1c-6f7'
    rows, classes, _ = read_class_rows(folder / 'gt/gt.txt')
    assert classes[7] == 'bicycle'
    assert sorted(zip(rows.frames.tolist(), rows.classes.tolist(), strict=True)) == [
        (1, 0),
        (1, 0),
        (1, 1),
        (1, 3),
        (2, 3),
        (2, 8),
    ]
    assert 'frameRate=5' in (folder / 'seqinfo.ini').read_text()


@pytest.mark.parametrize(
    ('content', 'message'),
    [
        ({'images': []}, r'b1c-6f7.json is not a BDD100K file'),
        (['x'], r'frame 0 is no object with keys'),
        ([dict(name='a')], r'frame 0 has no frameIndex'),
        ([frame(0), frame(0)], r'frame 1: frameIndex 0 occurs twice'),
        ([frame(0), frame(2)], r'has no frame with frameIndex 1'),
        ([frame(0, label('1', 'tank', (0, 0, 9, 9)))], r"category 'tank' is not"),
        ([frame(0, dict(id=1, category='car'))], r'label 0: id, category and box2d'),
        ([frame(0), frame(1), frame(2)], r'has no image b1c-6f7-0000003.jpg'),
    ],
)  # fmt: skip
def test_malformed_labels(source, tmp_path, content, message):
    """File, frame and label are named."""
    write(source, 'train', content)
    with pytest.raises(DataError, match=message):
        convert_bdd100k(source, tmp_path / 'data')


def test_what_is_missing(source, tmp_path):
    """Folders that are not there are named."""
    with pytest.raises(DataError, match=r'no folder of labels: labels/box_track_20'):
        convert_bdd100k(tmp_path / 'images', tmp_path / 'data')
