import numpy as np

from fairmot_mm.registry import TRANSFORMS


def test_boxes_of_the_original_image():
    """Boxes stay those of the original image when the letterbox moves the others."""
    results = dict(
        img=np.zeros((50, 100, 3), np.uint8),
        img_shape=(50, 100),
        ori_shape=(50, 100),
        img_id=7,
        jde_labels=np.array([[0, 3, 0.5, 0.5, 0.2, 0.4]], np.float32),
    )
    steps = [
        dict(type='LoadJDELabels'),
        dict(type='LoadInstances'),
        dict(type='Letterbox', scale=(64, 64)),
        dict(type='PackFrame'),
    ]
    for step in steps:
        results = TRANSFORMS.build(step)(results)
    (frame,) = results['data_samples'].video_data_samples
    (instance,) = frame.instances
    assert np.allclose(instance.pop('bbox'), [40, 15, 60, 35])
    assert instance == dict(bbox_label=0, ignore_flag=0)
    assert not np.allclose(frame.gt_instances.bboxes.tensor, [[40, 15, 60, 35]])


def test_ignore_regions_have_the_flag():
    """Metrics see which instances are regions."""
    rows = np.array([[0, 3, 0.5, 0.5, 0.2, 0.4], [-1, -1, 0.2, 0.2, 0.1, 0.1]])
    results = dict(img_shape=(50, 100), jde_labels=rows)
    for step in ('LoadJDELabels', 'LoadInstances'):
        results = TRANSFORMS.build(dict(type=step))(results)
    flags = [(one['bbox_label'], one['ignore_flag']) for one in results['instances']]
    assert flags == [(0, 0), (-1, 1)]
