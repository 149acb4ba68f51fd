"""UA-DETRAC as downloaded, box by box."""

import pytest

from fairmot_mm.datasets.converters import convert_ua_detrac
from fairmot_mm.utils import DataError
from fairmot_mm.utils.class_files import read_class_rows

TARGET = """\
<target id="{}"><box left="{}" top="20" width="{}" height="40"/>
<attribute vehicle_type="{}" truncation_ratio="0.5"/></target>
"""
SEQUENCE = f"""\
<?xml version="1.0" encoding="utf-8"?>
<sequence name="MVI_20011">
<ignored_region><box left="0" top="0" width="20" height="10"/></ignored_region>
<frame num="1"><target_list>
{TARGET.format(1, 10, 30, 'car')}{TARGET.format(2, 50, 20, 'bus')}
</target_list></frame>
<frame num="3"><target_list>{TARGET.format(1, 12, 30, 'car')}</target_list></frame>
</sequence>
"""


@pytest.fixture
def source(tmp_path, make_image):
    root = tmp_path / 'downloads'
    for split in ('Train', 'Test'):
        folder = root / f'DETRAC-{split}-Annotations-XML'
        folder.mkdir(parents=True)
        name = {'Train': 'MVI_20011', 'Test': 'MVI_39031'}[split]
        (folder / f'{name}.xml').write_text(SEQUENCE)
        for frame in (1, 2, 3):
            images = root / f'Insight-MVT_Annotation_{split}'
            make_image(images / name / f'img{frame:05d}.jpg')
    return root


def test_labels_box_by_box(source, tmp_path, read_labels):
    """All vehicles are one class; the ignored region is in each frame."""
    out = tmp_path / 'data'
    report = convert_ua_detrac(source, out)
    assert [path.name for path in report.lists] == [
        'ua-detrac.train',
        'ua-detrac.test',
    ]
    region = '-1 -1 0.100000 0.062500 0.200000 0.125000'
    image = 'ua-detrac/images/train/MVI_20011/img1/img{:05d}.jpg'
    assert sorted(read_labels(out, image.format(1))) == [
        region,
        '0 0 0.250000 0.500000 0.300000 0.500000',
        '0 1 0.600000 0.500000 0.200000 0.500000',
    ]
    assert read_labels(out, image.format(2)) == [region]
    assert sorted(read_labels(out, image.format(3))) == [
        region,
        '0 0 0.270000 0.500000 0.300000 0.500000',
    ]
    folder = out / 'ua-detrac/images/test/MVI_39031'
    assert 'frameRate=25' in (folder / 'seqinfo.ini').read_text()
    rows, classes, _ = read_class_rows(folder / 'gt/gt.txt')
    assert classes == ('vehicle',)
    found = zip(rows.frames.tolist(), rows.classes.tolist(), strict=True)
    assert sorted(found) == [(1, 0), (1, 1), (1, 1), (2, 0), (3, 0), (3, 1)]


def test_types_as_classes(source, tmp_path, read_labels):
    """The type of a vehicle can be its class."""
    out = tmp_path / 'data'
    convert_ua_detrac(source, out, classes=('car', 'van', 'bus', 'others'))
    lines = read_labels(out, 'ua-detrac/images/train/MVI_20011/img1/img00001.jpg')
    assert [line.split()[:2] for line in sorted(lines)] == [
        ['-1', '-1'],
        ['0', '0'],
        ['2', '0'],
    ]


@pytest.mark.parametrize(
    ('old', 'new', 'message'),
    [
        ('id="1"', 'id="x"', r"target x: id = 'x' is not a number"),
        ('left="10"', '', r'frame 1, target 1: left = None is not a number'),
        ('num="3"', 'num="9"', r'labels have frame 9'),
        ('vehicle_type="bus"', '', r'target 2 needs a box and an attribute'),
        ('</sequence>', '', r'MVI_20011.xml is not an XML file'),
    ],
)  # fmt: skip
def test_malformed_annotations(source, tmp_path, old, new, message):
    """File, frame and target are named."""
    file = source / 'DETRAC-Train-Annotations-XML/MVI_20011.xml'
    file.write_text(SEQUENCE.replace(old, new))
    with pytest.raises(DataError, match=message):
        convert_ua_detrac(source, tmp_path / 'data')


def test_missing_images(source, tmp_path):
    """Annotations without their images are named."""
    folder = source / 'DETRAC-Train-Annotations-XML'
    (folder / 'MVI_1.xml').write_text(SEQUENCE)
    with pytest.raises(DataError, match=r'MVI_1.xml has no images'):
        convert_ua_detrac(source, tmp_path / 'data')
