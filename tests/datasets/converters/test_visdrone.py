"""VisDrone-MOT as downloaded, box by box."""

import pytest

from fairmot_mm.datasets.converters import convert_visdrone
from fairmot_mm.utils import DataError, OutputError
from fairmot_mm.utils.class_files import read_class_rows

# frame, target, left, top, width, height, score, category, truncation, occlusion
TRAIN = """\
1,0,10,20,30,40,1,1,0,0
1,1,50,20,20,40,1,4,1,2
1,0,0,0,20,10,0,0,0,0
2,1,52,20,20,40,1,4,0,0
2,2,70,60,10,20,1,11,0,0
2,3,20,20,10,10,0,4,0,0
"""


@pytest.fixture
def source(tmp_path, make_image):
    root = tmp_path / 'downloads'
    for split, text in (('train', TRAIN), ('val', '1,5,10,10,20,20,1,10,0,0\n')):
        folder = root / f'VisDrone2019-MOT-{split}'
        (folder / 'annotations').mkdir(parents=True)
        (folder / 'annotations/uav_1_v.txt').write_text(text)
        for frame in (1, 2):
            make_image(folder / f'sequences/uav_1_v/{frame:07d}.jpg')
    return root


def test_labels_box_by_box(source, tmp_path, read_labels):
    """Ten classes; regions, others and score 0 are ignore regions; ids per class."""
    out = tmp_path / 'data'
    report = convert_visdrone(source, out)
    image = 'visdrone/images/train/uav_1_v/img1/{:07d}.jpg'
    assert sorted(read_labels(out, image.format(1))) == [
        '-1 -1 0.100000 0.062500 0.200000 0.125000',
        '0 0 0.250000 0.500000 0.300000 0.500000',
        '3 0 0.600000 0.500000 0.200000 0.500000',
    ]
    assert sorted(read_labels(out, image.format(2))) == [
        '-1 -1 0.250000 0.312500 0.100000 0.125000',
        '-1 -1 0.750000 0.875000 0.100000 0.250000',
        '3 0 0.620000 0.500000 0.200000 0.500000',
    ]
    assert (out / 'visdrone.train').read_text().splitlines() == [
        image.format(1),
        image.format(2),
    ]
    assert read_labels(out, 'visdrone/images/val/uav_1_v/img1/0000001.jpg') == [
        '9 0 0.200000 0.250000 0.200000 0.250000'
    ]
    assert report.rejected == {}


def test_ground_truth_to_score(source, tmp_path):
    """gt.txt has class and mark, and labels.txt names the classes."""
    convert_visdrone(source, tmp_path / 'data')
    folder = tmp_path / 'data/visdrone/images/train/uav_1_v'
    rows, classes, _ = read_class_rows(folder / 'gt/gt.txt')
    assert classes[3] == 'car'
    assert len(classes) == 10
    found = sorted(
        zip(
            rows.frames.tolist(),
            rows.classes.tolist(),
            rows.marks.tolist(),
            map(tuple, rows.tlwh.tolist()),
            strict=True,
        )
    )
    assert found == [
        (1, 0, 0, (0, 0, 20, 10)),
        (1, 1, 1, (10, 20, 30, 40)),
        (1, 4, 1, (50, 20, 20, 40)),
        (2, 0, 0, (70, 60, 10, 20)),
        (2, 4, 0, (20, 20, 10, 10)),
        (2, 4, 1, (52, 20, 20, 40)),
    ]
    assert 'frameRate=30' in (folder / 'seqinfo.ini').read_text()


def test_one_split_and_own_classes(source, tmp_path, read_labels):
    """A split alone, with classes that are joined; others are left out."""
    report = convert_visdrone(
        source / 'VisDrone2019-MOT-train',
        tmp_path / 'data',
        classes=('vehicle,car,van,bus,truck',),
    )
    assert [path.name for path in report.lists] == ['visdrone.train']
    assert report.rejected == {'class pedestrian is not converted': 1}
    lines = read_labels(
        tmp_path / 'data', 'visdrone/images/train/uav_1_v/img1/0000001.jpg'
    )
    assert [line.split()[0] for line in sorted(lines)] == ['-1', '0']


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        ('1,1,0,0,9,9,1,12,0,0\n', r'uav_1_v.txt, line 1: class 12, but VisDrone'),
        ('1,1,0,0,9,9,1,1\n', r'uav_1_v.txt has 8 columns, and a file of VisDrone 10'),
        ('9,1,0,0,9,9,1,1,0,0\n', r'uav_1_v.txt, line 1: labels have frame 9'),
        ('1,1,0,0,9,9,1,1.5,0,0\n', r'line 1: class = 1.5 is not a whole number'),
    ],
)
def test_malformed_annotations(source, tmp_path, text, message):
    """File and line are named, and no list is written."""
    folder = source / 'VisDrone2019-MOT-train'
    (folder / 'annotations/uav_1_v.txt').write_text(text)
    with pytest.raises(DataError, match=message):
        convert_visdrone(source, tmp_path / 'data')
    assert not list((tmp_path / 'data').glob('visdrone.*'))


def test_what_is_missing(source, tmp_path):
    """Images, splits, and a data root in the source are refused."""
    with pytest.raises(DataError, match=r'no annotations/SEQ.txt in'):
        convert_visdrone(tmp_path / 'nowhere', tmp_path / 'data')
    with pytest.raises(OutputError, match='must not change'):
        convert_visdrone(source, source)
    annotations = source / 'VisDrone2019-MOT-val/annotations'
    (annotations / 'gone.txt').write_text(TRAIN)
    with pytest.raises(DataError, match=r'gone.txt has no images: .*sequences/gone'):
        convert_visdrone(source, tmp_path / 'data')
