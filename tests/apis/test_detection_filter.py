import pytest
import torch
from mmdet.structures import DetDataSample
from mmengine.structures import InstanceData

from fairmot_mm.apis.detection_filter import DetectionFilter
from fairmot_mm.utils import ConfigError

NAMES = ('person', 'car', '7')


@pytest.fixture
def sample():
    return DetDataSample(
        metainfo=dict(ori_shape=(80, 100)),
        pred_instances=InstanceData(
            bboxes=torch.tensor(
                [[0.0, 0, 20, 20], [40, 0, 60, 40], [40, 0, 60, 95], [90, 0, 120, 40]]
            ),
            labels=torch.tensor([0, 1, 2, 0]),
        ),
    )


@pytest.mark.parametrize(
    ('classes', 'kept'),
    [(['car'], [1]), (['0'], [0, 3]), ([0, 'car'], [0, 1, 3]), (['7'], [2])],
)
def test_classes(sample, classes, kept):
    """They are kept by name, or by number; what is left out is not lost."""
    boxes = sample.pred_instances.bboxes.clone()
    DetectionFilter(NAMES, classes)(sample)
    assert sample.pred_instances.bboxes.tolist() == boxes[kept].tolist()
    assert len(sample.left_out_instances) == 4 - len(kept)


def test_region(sample):
    """The feet decide; feet below the picture are at its lower edge."""
    roi = ((45, 30), (99, 30), (99, 79), (45, 79))
    DetectionFilter(NAMES, roi=roi)(sample)
    assert sample.pred_instances.labels.tolist() == [1, 2, 0]


def test_a_frame_without_the_network():
    """With --detect-every some frames have no detections to filter."""
    sample = DetDataSample(metainfo=dict(ori_shape=(80, 100)))
    DetectionFilter(NAMES, ['car'])(sample)
    assert 'pred_instances' not in sample


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (dict(classes=['cars']), "no class 'cars'; its classes, .* 0 person, 1 car"),
        (dict(classes=[3]), "no class '3'"),
        (dict(classes=['-1']), "no class '-1'"),
        (dict(classes=[]), 'classes is empty'),
        (dict(roi=((0, 0), (9, 9))), 'three points or more'),
    ],
)
def test_what_cannot_be_kept(arguments, message):
    """An unknown class names those that there are."""
    with pytest.raises(ConfigError, match=message):
        DetectionFilter(NAMES, **arguments)


def test_region_outside(sample):
    """A region for another size of the picture is refused."""
    keep = DetectionFilter(NAMES, roi=((0, 0), (640, 0), (640, 300)))
    with pytest.raises(ConfigError, match='roi: the point 640,0 is not in the picture'):
        keep(sample)
