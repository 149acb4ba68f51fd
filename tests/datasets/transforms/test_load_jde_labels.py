import numpy as np

from fairmot_mm.datasets import LoadJDELabels


def test_image_and_labels(run_steps):
    """Rows of a label file become pixels of the image, ids and classes."""
    results = run_steps(0)
    height, width = results['ori_shape']
    assert results['img'].shape == (height, width, 3)
    assert results['img'].dtype == np.uint8
    row = results['jde_labels'][1]  # 0 0 0.02 0.5 0.12 0.6: leaves the image
    expected = [-0.04 * width, 0.2 * height, 0.08 * width, 0.8 * height]
    np.testing.assert_allclose(row, [0, 0, 0.02, 0.5, 0.12, 0.6], rtol=1e-6)
    np.testing.assert_allclose(results['gt_bboxes'].tensor[1], expected, atol=1e-3)
    assert results['gt_instances_ids'].dtype == np.int64
    assert results['gt_bboxes_labels'].dtype == np.int64
    assert -1 in results['gt_instances_ids']


def test_no_people(run_steps):
    """An image without labels has empty arrays of the right shape."""
    results = run_steps(2)
    assert results['gt_bboxes'].tensor.shape == (0, 4)
    assert results['gt_instances_ids'].shape == (0,)


def test_large_identity_is_exact():
    """Labels are float32, which holds every identity below 2 ** 24."""
    rows = np.array([[0, 2**24 - 1, 0.5, 0.5, 0.1, 0.1]], np.float32)
    results = LoadJDELabels()({'jde_labels': rows, 'img_shape': (10, 10)})
    assert results['gt_instances_ids'][0] == 2**24 - 1


def test_ignore_regions_are_flagged():
    """A row of class -1 is a region and has no identity."""
    rows = np.array([[0, 4, 0.5, 0.5, 0.1, 0.1], [-1, -1, 0.2, 0.2, 0.1, 0.3]])
    results = LoadJDELabels()({'jde_labels': rows, 'img_shape': (10, 10)})
    assert results['gt_ignore_flags'].tolist() == [False, True]
    assert results['gt_bboxes_labels'].tolist() == [0, -1]
    assert results['gt_instances_ids'].tolist() == [4, -1]
