import random

import cv2
import numpy as np
import pytest

from fairmot_mm.registry import TRANSFORMS

# A person, a region of the size of a person, and a crowd along the lower edge whose
# shape no person has (published limits remove it from a label of people).
ROWS = [
    [0, 7, 0.3, 0.5, 0.2, 0.6],
    [-1, -1, 0.7, 0.4, 0.2, 0.5],
    [-1, -1, 0.5, 0.95, 1.0, 0.04],
]
AFFINE = dict(type='JDERandomAffine')
LETTERBOX = dict(type='Letterbox', scale=(96, 96))
WINDOW = dict(type='RandomWindow', scale=(64, 48), whole_prob=0)
FLIP = dict(type='RandomFlip', prob=1.0)
LOAD = [dict(type='LoadImage'), dict(type='LoadJDELabels')]


@pytest.fixture
def sample(tmp_path):
    """A picture of 160x120 with the labels of `ROWS` and embeddings of a teacher."""
    image = np.full((120, 160, 3), 90, np.uint8)
    path = tmp_path / 'image.png'
    cv2.imwrite(str(path), image)
    cutout = np.full((40, 16, 4), 255, np.uint8)
    (tmp_path / 'cutouts').mkdir()
    cv2.imwrite(str(tmp_path / 'cutouts/person.png'), cutout)
    embeds = np.float16([[0.6, 0.8], [0, 0], [0, 0]])
    rows = np.array(ROWS, np.float64)
    return dict(img_path=str(path), jde_labels=rows, teacher_embeds=embeds)


def run(steps, sample, seed=0):
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - RandomFlip draws from it
    results = dict(sample)
    for step in [*steps, dict(type='PackJDEInputs')]:
        results = TRANSFORMS.build(step)(results)
    return results['data_samples']


def boxes_of(instances):
    return instances.bboxes.tensor.numpy()


@pytest.mark.parametrize('seed', range(6))
@pytest.mark.parametrize(
    'steps',
    [
        [*LOAD, LETTERBOX],
        [*LOAD, AFFINE],
        [*LOAD, {**AFFINE, 'clip_border': True}],
        [*LOAD, FLIP],
        [*LOAD, WINDOW],
        [*LOAD, LETTERBOX, AFFINE, FLIP],
        [dict(type='FusedJDEAugment', transforms=[*LOAD, LETTERBOX, AFFINE, FLIP])],
    ],
    ids=['letterbox', 'affine', 'clip', 'flip', 'window', 'all', 'fused'],
)
def test_regions_move_as_people_do(steps, seed, sample):
    """A region lies where a person of the same box would lie, and is no person."""
    twin = {**sample, 'jde_labels': sample['jde_labels'].copy()}
    twin['jde_labels'][1, :2] = 0, 8
    twin['jde_labels'] = twin['jde_labels'][:2]
    twin['teacher_embeds'] = twin['teacher_embeds'][:2]
    ours = run(
        steps,
        {
            **sample,
            'jde_labels': sample['jde_labels'][:2],
            'teacher_embeds': sample['teacher_embeds'][:2],
        },
        seed,
    )
    # A window is cut about one of the people.
    theirs = None if WINDOW in steps else run(steps, twin, seed)
    ids = ours.gt_instances.instances_ids.tolist()
    assert ids in ([7], [])
    assert ours.gt_instances.labels.tolist() == [0] * len(ids)
    assert ours.ignored_instances.labels.tolist() in ([-1], [])
    if theirs is not None:
        both = boxes_of(theirs.gt_instances)
        seen = theirs.gt_instances.instances_ids.tolist()
        assert ids == [identity for identity in seen if identity == 7]
        if 8 in seen:
            np.testing.assert_array_equal(boxes_of(ours.ignored_instances), both[-1:])


@pytest.mark.parametrize('limit', [AFFINE, WINDOW], ids=['affine', 'window'])
def test_limits_are_for_people(limit, sample):
    """A flat crowd at the edge stays, though a person of that box would be removed."""
    twin = {**sample, 'jde_labels': sample['jde_labels'].copy()}
    twin['jde_labels'][2, :2] = 0, 9
    kept = removed = 0
    for seed in range(20):
        kept += len(run([*LOAD, limit], sample, seed).ignored_instances.bboxes)
        ids = run([*LOAD, limit], twin, seed).gt_instances.instances_ids.tolist()
        removed += 9 not in ids
    assert removed > 10
    assert kept > 25


def test_region_outside_goes(sample):
    """A region that has no part in the picture is left out."""
    sample['jde_labels'][1, 2] = -0.5
    packed = run([*LOAD, {**AFFINE, 'max_translate_ratio': 0.0}], sample)
    assert len(packed.ignored_instances.bboxes) == 1


def test_pasted_people_hide_no_region(sample, tmp_path):
    """Regions stay where they are; pasted people have no embedding of a teacher."""
    paste = dict(type='PastePeople', cutouts=str(tmp_path / 'cutouts'), prob=1.0)
    packed = run([*LOAD, paste], sample, seed=3)
    np.testing.assert_allclose(
        boxes_of(packed.ignored_instances), [[96, 18, 128, 78], [0, 111.6, 160, 116.4]]
    )
    people = packed.gt_instances
    pasted = people.instances_ids == -1
    assert pasted.any()
    assert not people.teacher_embeds[pasted].any()
    assert len(people.teacher_embeds) == len(people.labels) == len(people.bboxes)


def test_embeddings_stay_with_their_people(sample):
    """The row of a person who is removed goes with the person."""
    sample['jde_labels'][0, 2] = 3.0  # beyond the picture
    sample['jde_labels'][1, :2] = 0, 8
    sample['teacher_embeds'][1] = [0.0, 1.0]
    people = run([*LOAD, AFFINE], sample).gt_instances
    assert people.instances_ids.tolist() == [8]
    assert people.teacher_embeds.tolist() == [[0.0, 1.0]]


def test_window_of_an_empty_image(sample):
    """With background_scale, an image without people is cut at places that vary."""
    rows = np.zeros((0, 6))
    empty = dict(img_path=sample['img_path'], jde_labels=rows)
    image = np.random.default_rng(0).integers(0, 255, (120, 160, 3), np.uint8)
    cv2.imwrite(sample['img_path'], image)
    windows = set()
    for seed in range(6):
        random.seed(seed)
        results = dict(empty)
        for step in [*LOAD, {**WINDOW, 'background_scale': (0.5, 1.0)}]:
            results = TRANSFORMS.build(step)(results)
        assert results['img'].shape == (48, 64, 3)
        assert len(results['gt_bboxes']) == 0
        assert not (results['img'] == 127).all(axis=2).any()  # no part is outside
        windows.add(results['img'].tobytes())
    assert len(windows) == 6
