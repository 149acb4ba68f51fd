import numpy as np
import pytest

from fairmot_mm.registry import METRICS


def test_by_hand(clip):
    """Right, wrong, right of two boxes in two images, all at IoU 1.

    Ranked over both images: precision 1 up to recall 1/2, then 2/3. COCO reads the
    curve at 101 recalls: 51 times 1 and 50 times 2/3.
    """
    metric = METRICS.build(dict(type='FrameCocoMetric'))
    metric.dataset_meta = dict(classes=('pedestrian',))
    found = [(0, 0.9), (50, 0.8)], [(20, 0.7)]
    metric.process(None, [clip(0, found=found[0], truth=[0])])
    metric.process(None, [clip(1, found=found[1], truth=[20])])
    scores = metric.evaluate(2)
    expected = (51 + 50 * 2 / 3) / 101
    assert scores['coco/bbox_mAP'] == pytest.approx(expected, abs=1e-3)
    assert scores['coco/bbox_mAP_50'] == pytest.approx(expected, abs=1e-3)


def average_precision(images, threshold):
    """COCO's AP of boxes of one size in one row, by its definition."""
    hits = []
    for found, truth in images:
        free = list(truth)
        for left, score in sorted(found, key=lambda box: -box[1]):
            apart = np.abs(np.array(free) - left)
            overlaps = (10 - apart).clip(0) / (10 + apart)
            hit = bool(free) and overlaps.max() >= threshold
            if hit:
                free.pop(overlaps.argmax())
            hits.append((score, hit))
    right = np.cumsum([hit for _, hit in sorted(hits, reverse=True)])
    recall = right / sum(len(truth) for _, truth in images)
    precision = right / np.arange(1, len(right) + 1)
    best = np.maximum.accumulate(precision[::-1])[::-1]
    return np.append(best, 0)[np.searchsorted(recall, np.linspace(0, 1, 101))].mean()


def test_computed_anew(clip):
    """Scores of boxes near true ones and of others, by another way to the same AP."""
    rng = np.random.default_rng(0)
    metric = METRICS.build(dict(type='FrameCocoMetric'))
    metric.dataset_meta = dict(classes=('pedestrian',))
    images = []
    for number in range(6):
        truth = rng.uniform(0, 190, 8)
        lefts = np.concatenate(
            [truth[:6] + rng.normal(0, 1.5, 6), rng.uniform(0, 190, 6)]
        )
        found = [*zip(lefts, rng.uniform(0.1, 1, 12), strict=True)]
        images.append((found, truth))
        metric.process(None, [clip(number, found=found, truth=truth)])
    scores = metric.evaluate(len(images))
    by_threshold = [
        average_precision(images, threshold) for threshold in np.linspace(0.5, 0.95, 10)
    ]
    assert 0.1 < np.mean(by_threshold) < 0.6
    for name, expected in (
        ('mAP', np.mean(by_threshold)),
        ('mAP_50', by_threshold[0]),
        ('mAP_75', by_threshold[5]),
    ):
        # mmdet rounds to three digits.
        assert scores[f'coco/bbox_{name}'] == pytest.approx(expected, abs=6e-4)


def test_detections_in_ignore_regions_do_not_count(clip):
    """A region without a class is one of every class."""
    sample = clip(0, found=[(50, 0.95), (0, 0.9)], truth=[0])
    (frame,) = sample['video_data_samples']
    box = [45.0, *frame.instances[0]['bbox'][1:]]
    box[2] = 70.0
    region = {'bbox': box, 'bbox_label': -1, 'ignore_flag': 1}
    for instances, score in (([], 0.5), ([region], 1.0)):
        metric = METRICS.build(dict(type='FrameCocoMetric'))
        metric.dataset_meta = dict(classes=('pedestrian', 'car'))
        frame.set_metainfo({'instances': [frame.instances[0], *instances]})
        metric.process(None, [sample])
        scores = metric.evaluate(1)
        assert scores['coco/bbox_mAP_50'] == pytest.approx(score, abs=1e-3)


def test_average_precision_of_each_class(clip):
    """classwise=True gives the AP of each class by its name; NaN without an object."""
    metric = METRICS.build(dict(type='FrameCocoMetric', metric='bbox', classwise=True))
    metric.dataset_meta = dict(classes=('pedestrian', 'car', 'bus'))
    sample = clip(0, found=[(0, 0.9), (50, 0.8)], truth=[0, 50])
    (frame,) = sample['video_data_samples']
    truth = frame.instances
    truth[1]['bbox_label'] = 1  # the second box is a car, found as a pedestrian
    frame.set_metainfo({'instances': truth})
    metric.process(None, [sample])
    scores = metric.evaluate(1)
    assert scores['coco/pedestrian_precision'] == 1
    assert scores['coco/car_precision'] == 0
    assert np.isnan(scores['coco/bus_precision'])
