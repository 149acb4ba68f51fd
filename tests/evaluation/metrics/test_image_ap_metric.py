import pytest

from fairmot_mm.registry import METRICS
from fairmot_mm.utils import DataError


def test_mean_over_labelled_images(clip):
    """A perfect image, a half found one, and one without labels that does not count."""
    metric = METRICS.build(dict(type='ImageAPMetric'))
    samples = [
        clip(0, found=[(0, 0.9)], truth=[0]),
        clip(1, found=[(50, 0.4), (0, 0.9)], truth=[0, 20]),
        clip(2, found=[(0, 0.9)]),
    ]
    metric.process(None, samples[:2])
    metric.process(None, samples[2:])
    assert metric.evaluate(3) == pytest.approx(
        {'det/AP': 0.75, 'det/precision': 0.75, 'det/recall': 0.75}
    )


def test_best_detections_count(clip):
    """Of two detections only the better one is looked at."""
    metric = METRICS.build(dict(type='ImageAPMetric', max_per_img=1))
    metric.process(None, [clip(0, found=[(50, 0.4), (0, 0.9)], truth=[0])])
    assert metric.evaluate(1)['det/precision'] == 1


def test_without_ground_truth(clip):
    """What is missing is named: labels of all images, or the transform."""
    metric = METRICS.build(dict(type='ImageAPMetric'))
    metric.process(None, [clip(0)])
    with pytest.raises(DataError, match='no image has ground truth'):
        metric.evaluate(1)
    sample = clip(0)
    del sample['video_data_samples'][0].instances
    with pytest.raises(DataError, match='LoadInstances'):
        metric.process(None, [sample])


def test_detections_in_ignore_regions_do_not_count(clip):
    """Neither as right nor as wrong; one that is mostly outside is wrong."""
    metric = METRICS.build(dict(type='ImageAPMetric'))
    found = [(0, 0.9), (50, 0.95), (96, 0.8)]
    sample = clip(0, found=found, truth=[0])
    (frame,) = sample['video_data_samples']
    box = [50.0, *frame.instances[0]['bbox'][1:]]
    box[2] = 100.0
    region = {'bbox': box, 'bbox_label': -1, 'ignore_flag': 1}
    frame.set_metainfo({'instances': [*frame.instances, region]})
    only_region = clip(1, found=[(50, 0.9)], truth=[0])
    only_region['video_data_samples'][0].set_metainfo({'instances': [region]})
    metric.process(None, [sample, only_region])
    scores = metric.evaluate(2)
    assert scores['det/AP'] == 1
    assert scores['det/precision'] == 0.5  # the third one
