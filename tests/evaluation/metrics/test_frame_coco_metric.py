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
