import random

import numpy as np
import pytest
import torch
from mmdet.structures.bbox import HorizontalBoxes

from fairmot_mm.datasets import JDERandomAffine
from fairmot_mm.datasets.transforms.jde_random_affine import warp_boxes
from fairmot_mm.registry import TRANSFORMS

AUGMENTED = ['aug_i0_s0', 'aug_i0_s1', 'aug_i0_s2', 'aug_i0_s3', 'aug_i2_s5']


def labels_of(results):
    """Rows class, id, x1, y1, x2, y2."""
    columns = [results['gt_bboxes_labels'], results['gt_instances_ids']]
    boxes = results['gt_bboxes'].tensor.numpy()
    return np.column_stack([*columns, boxes]).reshape(-1, 6)


def normalised(rows, width=1088, height=608):
    """Rows class, id, cx, cy, w, h as a label file has them."""
    low, high = rows[:, 2:4], rows[:, 4:6]
    size = np.array([width, height])
    return np.hstack([rows[:, :2], (low + high) / 2 / size, (high - low) / size])


def people(num=40):
    """A crowd in a 320x192 image: box k has identity 100 + k and class k % 3."""
    rng = np.random.default_rng(0)
    corner = rng.uniform((-10, -10), (300, 170), (num, 2))
    boxes = np.hstack([corner, corner + rng.uniform((6, 12), (30, 70), (num, 2))])
    return {
        'img': np.zeros((192, 320, 3), np.uint8),
        'gt_bboxes': HorizontalBoxes(torch.from_numpy(boxes).float()),
        'gt_bboxes_labels': np.arange(num) % 3,
        'gt_instances_ids': 100 + np.arange(num),
    }


@pytest.mark.parametrize('name', AUGMENTED)
def test_equal_to_published(golden, run_steps, name):
    """Given its draws, the augmented sample is that of the published code."""
    _, index, seed = name.split('_')
    flip = float(golden[f'{name}_draws'][8] > 0.5)
    random.seed(int(seed[1:]))
    results = run_steps(
        int(index[1:]),
        dict(type='SaturationValueJitter'),
        dict(type='Letterbox'),
        dict(type='JDERandomAffine'),
    )
    np.testing.assert_allclose(
        results['homography_matrix'], golden[f'{name}_M'], rtol=1e-12, atol=1e-12
    )
    np.testing.assert_allclose(
        labels_of(results), golden[f'{name}_labels_after_affine'], atol=1e-4
    )
    results = TRANSFORMS.build(dict(type='RandomFlip', prob=flip))(results)
    np.testing.assert_allclose(
        normalised(labels_of(results)), golden[f'{name}_labels_final'], atol=1e-4
    )
    pixels = results['img'][::8, ::8, ::-1].astype(int)
    # Processors round the warp in their own ways: a few pixels in 100,000 by 2 levels.
    difference = np.abs(pixels - golden[f'{name}_rgb'])
    assert difference.max() <= 2
    assert (difference > 1).mean() < 2e-4


@pytest.mark.parametrize('clip_border', [False, True])
def test_identity_goes_with_its_box(clip_border):
    """Over 50 draws, a box that stays has its own identity and class, one that goes
    takes them along."""
    affine = JDERandomAffine(clip_border=clip_border)
    before = people()['gt_bboxes'].tensor.numpy()
    num_dropped = 0
    for seed in range(50):
        random.seed(seed)
        results = affine(people())
        random.seed(seed)
        angle = -5 + 10 * random.random()
        hulls = warp_boxes(before, results['homography_matrix'], angle)
        if clip_border:
            hulls = hulls.clip(0, (320, 192, 320, 192))
        rows = results['gt_instances_ids'] - 100
        assert len(rows) == len(results['gt_bboxes'].tensor)
        np.testing.assert_array_equal(results['gt_bboxes_labels'], rows % 3)
        np.testing.assert_allclose(
            results['gt_bboxes'].tensor.numpy(), hulls[rows], atol=1e-3
        )
        num_dropped += len(before) - len(rows)
    assert 0 < num_dropped < 50 * len(before)


def test_clip_border_is_before_the_filter():
    """A box that is inside by a sliver goes only where it is clipped first."""
    sliver = {
        'img': np.zeros((100, 100, 3), np.uint8),
        'gt_bboxes': HorizontalBoxes(torch.tensor([[-37.0, 10.0, 3.0, 60.0]])),
        'gt_bboxes_labels': np.zeros(1, int),
        'gt_instances_ids': np.zeros(1, int),
    }
    still = dict(
        max_rotate_degree=0.0,
        scaling_ratio_range=(1.0, 1.0),
        max_translate_ratio=0.0,
        max_shear_degree=0.0,
    )
    kept = JDERandomAffine(**still)(dict(sliver))
    np.testing.assert_allclose(kept['gt_bboxes'].tensor, [[-37, 10, 3, 60]], atol=1e-4)
    clipped = JDERandomAffine(clip_border=True, **still)(dict(sliver))
    assert len(clipped['gt_bboxes']) == len(clipped['gt_instances_ids']) == 0


@pytest.mark.parametrize(
    ('box', 'stays'),
    [
        ((10, 10, 14.5, 20), True),
        ((10, 10, 14, 20), False),  # not above 4 px wide
        ((10, 10, 20, 14), False),
        ((10, 10, 15, 59), True),
        ((5, 10, 10, 60), False),  # 10 times as high as wide
        ((-20, 10, 0, 60), False),  # wholly outside
        ((100, 10, 120, 60), False),
        ((10, 99, 30, 140), True),
        ((10, -40, 30, 0), False),
    ],
)
def test_filter(box, stays):
    """Tiny, thin and outside boxes go."""
    results = {
        'img': np.zeros((100, 100, 3), np.uint8),
        'gt_bboxes': HorizontalBoxes(torch.tensor([box], dtype=torch.float32)),
        'gt_bboxes_labels': np.zeros(1, int),
        'gt_instances_ids': np.zeros(1, int),
    }
    affine = JDERandomAffine(
        max_rotate_degree=0.0,
        scaling_ratio_range=(1.0, 1.0),
        max_translate_ratio=0.0,
        max_shear_degree=0.0,
    )
    assert len(affine(results)['gt_bboxes']) == stays


@pytest.mark.parametrize('swap', [True, False])
def test_swap_translate_axes(swap):
    """The published shift takes x from the height; the clean form does not."""
    affine = JDERandomAffine(
        max_rotate_degree=0.0,
        scaling_ratio_range=(1.0, 1.0),
        max_shear_degree=0.0,
        swap_translate_axes=swap,
    )
    random.seed(3)
    draws = [random.random() for _ in range(6)]
    random.seed(3)
    matrix = affine(people())['homography_matrix']
    width, height = (192, 320) if swap else (320, 192)
    shift = [(2 * draws[2] - 1) * 0.1 * width, (2 * draws[3] - 1) * 0.1 * height]
    np.testing.assert_allclose(matrix[:2, 2], shift, atol=1e-9)


def test_flip_twice_is_nothing():
    """Mirrored twice, image and boxes are as before."""
    results = people()
    results['img'] = np.random.default_rng(0).integers(0, 255, (192, 320, 3))
    before = results['img'].copy(), results['gt_bboxes'].tensor.clone()
    flip = TRANSFORMS.build(dict(type='RandomFlip', prob=1.0))
    once = flip(results)
    assert not np.array_equal(once['img'], before[0])
    assert once['gt_bboxes'].tensor[0, 2] == 320 - before[1][0, 0]
    twice = flip(once)
    np.testing.assert_array_equal(twice['img'], before[0])
    np.testing.assert_allclose(twice['gt_bboxes'].tensor, before[1], atol=1e-4)
    np.testing.assert_array_equal(
        twice['gt_instances_ids'], people()['gt_instances_ids']
    )
