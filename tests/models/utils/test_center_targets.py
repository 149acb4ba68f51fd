"""tests/data/targets: boxes of the published implementation's five test images, in
pixels of its 1088 x 608 input, and what it makes of them (commit 4aa6297)."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from fairmot_mm.models.utils.center_targets import center_targets, published_radius
from fairmot_mm.models.utils.decode import DecodeSettings, decode_maps

DATA = Path(__file__).parents[2] / 'data' / 'targets'
FEAT_SHAPE = (1, 152, 272)
ROWS = {'cell_inds': 'ind', 'ids': 'ids', 'size': 'wh', 'offset': 'reg'}
# Name of the expectation -> image it belongs to, and settings.
CASES = {
    **{f'plain{image}': (image, {}) for image in range(5)},
    'wh2': (0, {'size_type': 'wh'}),
    'mse': (0, {'sigma': 6}),
    'K2': (0, {'max_objs': 2}),
}


@pytest.fixture(scope='module')
def reference():
    return dict(np.load(DATA / 'targets.npz'))


@pytest.mark.parametrize('case', sorted(CASES))
def test_targets_equal_the_published_ones(case, reference, make_instances):
    """Heatmap bit for bit, cells and identities equal, regression to 1e-4 cells."""
    image, settings = CASES[case]
    instances = make_instances(
        reference[f'plain{image}_bboxes'], reference[f'plain{image}_gt_ids'].tolist()
    )
    targets = center_targets([instances], FEAT_SHAPE, **settings)
    np.testing.assert_allclose(
        targets.heatmap[0], reference[f'{case}_hm'], rtol=0, atol=1e-7 * (case == 'mse')
    )
    for field, name in ROWS.items():
        actual, expected = getattr(targets, field), reference[f'{case}_{name}']
        assert actual.shape == expected.shape
        np.testing.assert_allclose(actual, expected, rtol=0, atol=1e-4, err_msg=field)


def test_radius_equals_the_published_table():
    """80 pairs of height and width in cells."""
    table = torch.tensor(json.loads((DATA / 'radius_table.json').read_text()))
    assert len(table) == 80
    radii = published_radius(table[:, 0].float(), table[:, 1].float())
    assert torch.equal(radii, table[:, 2])


def test_image_without_people(make_instances):
    """No rows, an empty heatmap, and shapes that losses can work on."""
    targets = center_targets([make_instances([])], FEAT_SHAPE)
    assert targets.heatmap.shape == (1, *FEAT_SHAPE)
    assert not targets.heatmap.any()
    assert targets.size.shape == (0, 4)
    assert targets.offset.shape == (0, 2)
    assert targets.gather(torch.rand(1, 7, 152, 272)).shape == (0, 7)


def test_unknown_identities_are_kept_as_objects(make_instances):
    """A box without an identity is a target of detection."""
    boxes = [[10, 10, 50, 90], [100, 10, 150, 90]]
    targets = center_targets([make_instances(boxes, [-1, -1])], FEAT_SHAPE)
    assert targets.ids.tolist() == [-1, -1]
    assert targets.heatmap.eq(1).sum() == 2


@pytest.fixture
def crowd(make_instances):
    """700 people on 700 cells, five cells apart."""
    index = torch.arange(700)
    corner = torch.stack([index % 50 * 20, index // 50 * 40], dim=1)
    return make_instances(torch.cat([corner, corner + 12], dim=1))


def test_a_crowd_is_not_cut(crowd):
    """All people of an image count, unless a maximum is set."""
    targets = center_targets([crowd], FEAT_SHAPE)
    assert len(targets.ids) == targets.heatmap.eq(1).sum() == 700
    first = center_targets([crowd], FEAT_SHAPE, max_objs=500)
    assert first.ids.tolist() == list(range(500))


def test_max_objs_is_of_an_image(crowd, make_instances):
    """A crowd does not take the places of the next image."""
    person = make_instances([[10, 10, 50, 90]], [9])
    targets = center_targets([crowd, person, crowd], FEAT_SHAPE, max_objs=2)
    assert targets.ids.tolist() == [0, 1, 9, 0, 1]
    assert targets.batch_inds.tolist() == [0, 0, 1, 2, 2]


def test_box_without_area_is_left_out(make_instances):
    """No row and no peak for a box that has no inside; the others keep their ids."""
    boxes = [[40, 40, 40, 90], [10, 10, 50, 90], [90, 60, 120, 60], [90, 90, 80, 80]]
    targets = center_targets([make_instances(boxes)], FEAT_SHAPE)
    assert targets.ids.tolist() == [1]
    assert targets.heatmap.eq(1).sum() == 1


class LargestTensor(TorchDispatchMode):
    """Notes the size of the largest tensor that an operation returns."""

    numel = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        result = func(*args, **(kwargs or {}))
        sizes = [t.numel() for t in tree_leaves(result) if isinstance(t, torch.Tensor)]
        self.numel = max([self.numel, *sizes])
        return result


def test_enormous_boxes_cost_no_more_than_the_map(make_instances):
    """Boxes of a million pixels are drawn where the map is, not beyond."""
    boxes = [[-5e5, -5e5, 5e5, 5e5], [0, 0, 1e6, 1e6], [-1e6, -1e6, 10, 10]]
    shape = (1, 38, 68)
    with LargestTensor() as largest:
        targets = center_targets([make_instances(boxes)], shape)
    assert largest.numel <= 2 * len(boxes) * 38 * 68
    assert targets.cell_inds.tolist() == [0, 38 * 68 - 1, 0]
    assert targets.size.isfinite().all()
    assert targets.heatmap.min() > 0.9


def test_classes_have_a_heatmap_each(make_instances):
    """A peak lies in the channel of its class only."""
    boxes = [[40, 40, 80, 120], [400, 200, 440, 300], [800, 400, 840, 500]]
    instances = make_instances(boxes, labels=[2, 0, 2])
    targets = center_targets([instances], (3, 152, 272))
    assert targets.heatmap[0].eq(1).sum(dim=(1, 2)).tolist() == [1, 0, 2]
    assert targets.labels.tolist() == [2, 0, 2]
    alone = center_targets([make_instances(boxes[1:2])], FEAT_SHAPE)
    assert torch.equal(targets.heatmap[0, 0], alone.heatmap[0, 0])


@pytest.mark.parametrize('settings', [{}, {'sigma': 6, 'size_type': 'wh'}])
def test_batch_equals_its_images(settings, reference, make_instances):
    """Images do not see each other, the empty one included."""
    images = [make_instances(reference[f'plain{i}_bboxes']) for i in range(5)]
    together = center_targets(images, FEAT_SHAPE, **settings)
    for index, image in enumerate(images):
        alone = center_targets([image], FEAT_SHAPE, **settings)
        mine = together.batch_inds == index
        assert torch.equal(together.heatmap[index], alone.heatmap[0])
        for field in (*ROWS, 'labels'):
            assert torch.equal(getattr(together, field)[mine], getattr(alone, field))


@pytest.mark.parametrize('size_type', ['ltrb', 'wh'])
@pytest.mark.parametrize('seed', range(10))
def test_decoding_the_targets_gives_the_boxes_back(size_type, seed, make_instances):
    """decode(encode(gt)) == gt, also for boxes that reach beyond the image."""
    generator = torch.Generator().manual_seed(seed)
    centres = torch.rand(30, 2, generator=generator) * torch.tensor([1084.0, 604.0])
    _, first = np.unique((centres / 4).long().numpy(), axis=0, return_index=True)
    half = 2 + 100 * torch.rand(30, 2, generator=generator)
    boxes = torch.cat([centres - half, centres + half], dim=1)[first]
    targets = center_targets([make_instances(boxes)], FEAT_SHAPE, size_type=size_type)

    maps = {}
    for name in ('size', 'offset'):
        rows = getattr(targets, name)
        maps[name] = torch.full((1, rows.shape[1], 152, 272), torch.nan)
        maps[name].flatten(2)[0, :, targets.cell_inds] = rows.T
    found = decode_maps(
        20 * targets.heatmap - 10,
        maps['size'],
        maps['offset'],
        DecodeSettings(max_per_img=len(boxes)),
    )
    order = found.cell_inds[0].argsort()
    expected = boxes[targets.cell_inds.argsort()]
    torch.testing.assert_close(found.bboxes[0, order], expected, rtol=0, atol=1e-3)


def test_cells_of_ignore_regions_do_not_count(make_instances):
    """Every cell that a region touches weighs 0, but for the peak of a person in it."""
    people = make_instances([[40, 40, 80, 120]])  # peak in cell x 15, y 20
    ignored = make_instances([[41, 17, 90, 101], [-50, 590, 10, 700], [5, 5, 5, 5]])
    targets = center_targets(
        [people, people], FEAT_SHAPE, batch_gt_instances_ignore=[ignored, None]
    )
    weight = torch.ones(2, *FEAT_SHAPE)
    weight[0, 0, 4:26, 10:23] = 0
    weight[0, 0, 147:152, 0:3] = 0
    weight[0, 0, 20, 15] = 1
    assert torch.equal(targets.heatmap_weight, weight)
    assert targets.ids.tolist() == [0, 0]


@pytest.mark.parametrize('ignored', [(), [None, None]])
def test_no_weight_without_ignore_regions(ignored, make_instances):
    """The published loss has no weight, not one of ones."""
    people = make_instances([[40, 40, 80, 120]])
    targets = center_targets(
        [people, people], FEAT_SHAPE, batch_gt_instances_ignore=ignored
    )
    assert targets.heatmap_weight is None
