"""KITTI tracking as downloaded, box by box."""

import numpy as np
import pytest

from fairmot_mm.datasets.converters import convert_kitti
from fairmot_mm.evaluation import (
    evaluate_classes,
    read_class_results,
    read_class_truths,
)
from fairmot_mm.utils import DataError
from fairmot_mm.utils.class_files import read_class_rows


def row(frame, identity, name, box, truncated=0, occluded=0):
    x, y, w, h = box
    return (
        f'{frame} {identity} {name} {truncated} {occluded} -1.5 {x} {y} {x + w} {y + h}'
        ' 1.5 1.6 3.9 1.0 1.5 20.0 -1.6\n'
    )


LABELS = ''.join(
    [
        row(0, 0, 'Car', (10, 20, 30, 40)),
        row(0, 1, 'Van', (50, 20, 20, 40)),
        row(0, 2, 'Pedestrian', (80, 20, 10, 40), occluded=2),
        row(0, -1, 'DontCare', (0, 0, 20, 10), -1, -1),
        row(1, 0, 'Car', (12, 20, 30, 40), truncated=1),
        row(1, 2, 'Pedestrian', (80, 20, 10, 40), occluded=3),
        row(1, 3, 'Cyclist', (60, 20, 10, 40)),
        row(1, 4, 'Person', (40, 20, 10, 40)),
    ]
)


@pytest.fixture
def source(tmp_path, make_image):
    root = tmp_path / 'downloads'
    (root / 'training/label_02').mkdir(parents=True)
    for sequence in ('0000', '0001'):
        (root / f'training/label_02/{sequence}.txt').write_text(LABELS)
        for frame in (0, 1):
            make_image(root / f'training/image_02/{sequence}/{frame:06d}.png')
    return root


def test_labels_box_by_box(source, tmp_path, read_labels):
    """Vans, sitting persons, truncated and unclear boxes are ignore regions."""
    out = tmp_path / 'data'
    report = convert_kitti(source, out, val=['0001'])
    assert [path.name for path in report.lists] == ['kitti.train', 'kitti.val']
    image = 'kitti/images/train/0000/img1/{:06d}.png'
    assert sorted(read_labels(out, image.format(0))) == [
        '-1 -1 0.100000 0.062500 0.200000 0.125000',
        '-1 -1 0.600000 0.500000 0.200000 0.500000',
        '0 0 0.850000 0.500000 0.100000 0.500000',
        '1 0 0.250000 0.500000 0.300000 0.500000',
    ]
    assert sorted(read_labels(out, image.format(1))) == [
        '-1 -1 0.270000 0.500000 0.300000 0.500000',
        '-1 -1 0.450000 0.500000 0.100000 0.500000',
        '-1 -1 0.850000 0.500000 0.100000 0.500000',
    ]
    assert report.rejected == {'class cyclist is not converted': 2}


def test_ground_truth_to_score(source, tmp_path):
    """Neutral boxes keep their class with mark 0; frames count from 0."""
    convert_kitti(source / 'training', tmp_path / 'data')
    folder = tmp_path / 'data/kitti/images/train/0000'
    rows, classes, _ = read_class_rows(folder / 'gt/gt.txt')
    assert classes == ('pedestrian', 'car')
    assert sorted(
        zip(rows.frames.tolist(), rows.classes.tolist(), rows.marks, strict=True)
    ) == [(0, 0, 0), (0, 1, 1), (0, 2, 0), (0, 2, 1), (1, 1, 0), (1, 1, 0), (1, 2, 0)]
    assert 'frameRate=10' in (folder / 'seqinfo.ini').read_text()


def test_cyclists_can_be_a_class(source, tmp_path, read_labels):
    """Classes beyond those of the benchmark have no neighbours."""
    out = tmp_path / 'data'
    convert_kitti(source, out, classes=('pedestrian', 'cyclist', 'car'))
    lines = read_labels(out, 'kitti/images/train/0000/img1/000001.png')
    assert '1 0 0.650000 0.500000 0.100000 0.500000' in lines


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        ('0 1 Car 0 0\n', r'0000.txt, line 1: 5 columns, but a row of KITTI has 17'),
        (row(0, 1, 'Tank', (1, 1, 9, 9)), r"line 1: class 'Tank' is not one of KITTI"),
        (row(0, -1, 'Car', (1, 1, 9, 9)), r'line 1: identity = -1 must be at least 0'),
        (row(7, 1, 'Car', (1, 1, 9, 9)), r'line 1: labels have frame 7'),
        (row(0, 1, 'Car', (1, 1, 9, 9), 'x'), r"line 1: truncated = 'x' is not a numb"),
    ],
)
def test_malformed_labels(source, tmp_path, text, message):
    """File and line are named."""
    (source / 'training/label_02/0000.txt').write_text(text)
    with pytest.raises(DataError, match=message):
        convert_kitti(source, tmp_path / 'data')


def test_unknown_sequence(source, tmp_path):
    """A sequence to validate on must exist."""
    with pytest.raises(DataError, match=r'--val 0009: .* no such sequence'):
        convert_kitti(source, tmp_path / 'data', val=['0009'])
    with pytest.raises(DataError, match=r'no label_02/SEQ.txt in'):
        convert_kitti(tmp_path / 'nowhere', tmp_path / 'data')


def test_converted_truth_scores_as_the_archive(tmp_path, make_image):
    """The converted sequences give the scores of label_02, without its least height."""
    rng = np.random.default_rng(0)
    root = tmp_path / 'training'
    (root / 'label_02').mkdir(parents=True)
    (tmp_path / 'kitti').mkdir()
    (tmp_path / 'mot').mkdir()
    truth, found, text = [], [], []
    names = ('Car', 'Van', 'Pedestrian', 'Cyclist')
    for frame in range(12):
        make_image(root / f'image_02/0000/{frame:06d}.png', (400, 200))
        truth.append(row(frame, -1, 'DontCare', (300, 100, 90, 90), -1, -1))
        for identity in range(10):
            name = names[identity % 4]
            box = (35 * identity + 3 * frame, 20 + 4 * frame, 30, 50)
            flags = rng.integers(2) if identity < 3 else 0, rng.integers(4)
            truth.append(row(frame, identity, name, box, *flags))
            near = np.add(box, rng.normal(0, 4, 4)).round(2)
            said = 'Car' if identity % 4 < 2 else 'Pedestrian'
            if rng.random() < 0.8:
                found.append(row(frame, identity, said, near.tolist()))
                x, y, w, h = near
                label = 2 if said == 'Car' else 1
                text.append(f'{frame},{identity},{x},{y},{w},{h},1,{label},-1,-1\n')
    (root / 'label_02/0000.txt').write_text(''.join(truth))
    (tmp_path / 'kitti/0000.txt').write_text(''.join(found))
    (tmp_path / 'mot/0000.txt').write_text(''.join(text))
    convert_kitti(root, tmp_path / 'data')
    scores = []
    for form, folder, results in (
        ('kitti', root, tmp_path / 'kitti'),
        ('classes', tmp_path / 'data/kitti/images/train', tmp_path / 'mot'),
    ):
        truths = read_class_truths(folder, form)
        sequences = read_class_results(results, truths, folder)
        scores.append(evaluate_classes(sequences, truths.classes))
    for name in ('pedestrian', 'car', 'class-average', 'detection-average'):
        one, other = (each[name]['OVERALL'] for each in scores)
        assert one == pytest.approx(other, abs=1e-6)
    assert 0.3 < one['HOTA'] < 0.95
