"""Scores of each class as a metric, and its result files."""

import json

import pytest
import torch
from mmdet.structures import DetDataSample, TrackDataSample
from mmengine.structures import InstanceData

from fairmot_mm.evaluation import (
    ClassMOTMetric,
    evaluate_classes,
    read_class_results,
    read_class_truths,
)
from fairmot_mm.utils import ConfigError, DataError

BOXES = [[10.0, 10, 40, 60], [50, 10, 80, 60], [90, 10, 150, 40]]
CLASSES = ('car', 'Pedestrian')
GT = ''.join(
    f'{frame},{number},{x1},{y1},{x2 - x1},{y2 - y1},1,{label},1\n'
    for frame in (0, 1)
    for number, (label, (x1, y1, x2, y2)) in enumerate(
        zip([1, 1, 2], BOXES, strict=True), 1
    )
)


@pytest.fixture
def gt_file(tmp_path):
    """Two pedestrians (class 1) and a car (class 2) in two frames."""
    path = tmp_path / 'gt/v/gt/gt.txt'
    path.parent.mkdir(parents=True)
    path.write_text(GT)
    (tmp_path / 'gt/v/img1').mkdir()
    for frame in (0, 1):
        (tmp_path / f'gt/v/img1/{frame:06d}.jpg').touch()
    (path.parent / 'labels.txt').write_text('pedestrian\ncar\n')
    return path


def run(gt_file, labels=(1, 1, 0), classes=CLASSES, **options):
    """Scores of a video whose boxes are all found, with these labels."""
    metric = ClassMOTMetric(**options)
    metric.dataset_meta = {'classes': classes}
    for frame_id in range(2):
        sample = DetDataSample(
            metainfo=dict(
                frame_id=frame_id,
                video_name='v',
                video_length=2,
                first_frame=0,
                last_frame=1,
                img_path=f'v/{frame_id:06d}.jpg',
                gt_file=str(gt_file),
            )
        )
        sample.pred_track_instances = InstanceData(
            bboxes=torch.tensor(BOXES),
            scores=torch.tensor([0.9, 0.8, 0.7]),
            labels=torch.tensor(labels),
            instances_id=torch.tensor([1, 2, 3]),
        )
        clip = TrackDataSample()
        clip.video_data_samples = [sample]
        metric.process(None, [clip])
    return metric.evaluate(2)


def test_classes_are_compared_by_name(gt_file):
    """The model numbers its classes in another order than the ground truth."""
    scores = run(gt_file)
    assert scores['mot/HOTA'] == pytest.approx(1)
    assert scores['mot/MOTA/car'] == scores['mot/MOTA/Pedestrian'] == 1
    scores = run(gt_file, labels=(1, 0, 0))  # a pedestrian is taken for a car
    assert scores['mot/MOTA/Pedestrian'] == 0.5
    assert scores['mot/MOTA/car'] == 0
    assert scores['mot/MOTA'] == 0.25
    assert scores['mot/FP/detection-average'] == 2


@pytest.mark.parametrize('form', ['mot', 'kitti', 'bdd100k'])
def test_result_files_are_read_back(gt_file, tmp_path, form):
    """The files of each form have the scores of the metric."""
    out = tmp_path / 'out'
    zipped = tmp_path / 'all.zip'
    options = dict(outfile_prefix=str(out), submission=str(zipped))
    scores = run(gt_file, (1, 0, 0), form=form, **options)
    assert zipped.is_file()
    root = tmp_path / 'gt'
    if form == 'kitti':
        root = tmp_path / 'kitti'
        (root / 'label_02').mkdir(parents=True)
        names = {'1': 'Pedestrian', '2': 'Car'}
        text = ''
        for line in GT.splitlines():
            frame, number, x, y, w, h, _, label, _ = line.split(',')
            x2, y2 = float(x) + float(w), float(y) + float(h)
            text += f'{frame} {number} {names[label]} 0 0 0 {x} {y} {x2} {y2}'
            text += ' 1 1 1 1 1 1 0\n'
        (root / 'label_02/v.txt').write_text(text)
    if form == 'bdd100k':
        root = tmp_path / 'bdd'
        root.mkdir()
        content = json.loads((out / 'v.json').read_text())
        assert content[1]['name'] == '000001.jpg'
        assert [each['category'] for each in content[1]['labels']] == [
            'pedestrian',
            'car',
            'car',
        ]
        content[0]['labels'][1]['category'] = content[1]['labels'][1]['category'] = (
            'pedestrian'
        )
        (root / 'v.json').write_text(json.dumps(content))
    truths = read_class_truths(root, 'classes' if form == 'mot' else form)
    sequences = read_class_results(out, truths, root)
    if form == 'mot':  # its numbers are those of the model, not of the ground truth
        assert (out / 'labels.txt').read_text() == 'car\nPedestrian\n'
        lines = (out / 'v.txt').read_text().splitlines()
        assert [line.split(',')[7] for line in lines] == [*'211211']
    again = evaluate_classes(
        sequences, truths.classes, min_height=truths.rules.min_height, count_empty=False
    )
    for name in ('car', 'pedestrian'):
        own = {'car': 'car', 'pedestrian': 'Pedestrian'}[name]
        for key in ('HOTA', 'MOTA', 'IDF1'):
            value = scores[f'mot/{key}/{own}']
            assert again[name]['OVERALL'][key] == pytest.approx(value)


@pytest.mark.parametrize(
    ('options', 'error', 'message'),
    [
        (dict(form='coco'), ConfigError, "not 'coco'"),
        (dict(classes=()), ConfigError, 'needs the names of the classes'),
        (dict(classes=('car', 'van')), DataError, "gt.txt has no class 'van' of the"),
        (dict(classes=('car',)), ConfigError, 'finds class 1, but .* has 1: car'),
        (dict(form='kitti', classes=('car', 'bus')), ConfigError, "has no class 'bus'"),
    ],
)
def test_classes_that_do_not_fit(gt_file, options, error, message):
    """Names that config, ground truth or form do not have are one line."""
    with pytest.raises(error, match=message):
        run(gt_file, **options)


def test_a_missing_class_file(gt_file):
    """Without labels.txt the numbers of the ground truth have no names."""
    (gt_file.parent / 'labels.txt').unlink()
    with pytest.raises(DataError, match=r'gt/labels.txt does not exist'):
        run(gt_file)
