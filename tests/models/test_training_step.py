"""A training step on a device of its own has the losses and gradients of the CPU."""

import copy

import pytest
import torch
from mmdet.structures import DetDataSample
from mmengine.structures import InstanceData

from fairmot_mm.engine import RowAdam
from fairmot_mm.engine.hooks.channels_last_hook import to_channels_last
from fairmot_mm.models.layers.row_shard import clip_gradients
from fairmot_mm.registry import MODELS

pytestmark = pytest.mark.own_process

SIZES = dict(in_channels=16, feat_channels=8)
EMBED = dict(embed_dims=6, **SIZES)
# Sparse gradients are not possible on this device.
PARTIAL = dict(type='PartialClassifier', sample_ratio=0.4)
REID_HEADS = {
    'classifier': dict(type='DenseReIDHead', num_ids=9, **EMBED),
    'focal': dict(
        type='DenseReIDHead', num_ids=9, loss_id=dict(type='FocalLoss'), **EMBED
    ),
    'apart': dict(type='DenseReIDHead', num_ids=[5, 4], joint_classes=False, **EMBED),
    'partial': dict(type='DenseReIDHead', num_ids=9, classifier_cfg=PARTIAL, **EMBED),
    'triplet': dict(type='MetricReIDHead', **EMBED),
    'circle': dict(type='MetricReIDHead', loss_metric=dict(type='CircleLoss'), **EMBED),
}
# What a step of the network of `build` waits for, without logging.
WAITS = {
    'aten.nonzero.default': 2,  # objects with an area, objects with an identity
    'aten.repeat_interleave.Tensor': 1,  # cells of all Gaussians
}


class ShortNetwork(torch.nn.Module):
    """A backbone of one layer: operations of this device take their time."""

    def __init__(self):
        super().__init__()
        self.conv = torch.nn.Conv2d(3, 16, 7, stride=4, padding=3)
        self.norm = torch.nn.BatchNorm2d(16)

    def forward(self, images):
        return [self.norm(self.conv(images)).relu()]


def build(reid_head, short=True, **bbox_head):
    torch.manual_seed(0)
    neck = dict(
        type='DLAUp', in_channels=[16, 32, 64, 128], conv_cfg=dict(type='DCNv2')
    )
    model = MODELS.build(
        dict(
            type='FairMOT',
            detector=dict(
                type='JDEDetector',
                backbone=dict(type='DLANet', base_channels=4),
                neck=neck,
                bbox_head=dict(type='CenterHead', **SIZES, **bbox_head),
                reid_head=reid_head,
            ),
        )
    )
    if short:
        model.detector.backbone = ShortNetwork()
        model.detector.neck = torch.nn.Identity()
    return model


BOXES = [
    *([8, 4, 30, 60], [40, 10, 60, 64], [70, 0, 110, 50]),
    *([9, 9, 9, 9], [20, 5, 40, 60]),
]
IDS = [0, 3, 3, 1, -1]


@pytest.fixture
def samples():
    """Two images; one has people, of whom one has no area, the other nobody."""
    samples = []
    for count in (5, 0):
        samples.append(DetDataSample(metainfo=dict(ori_shape=(64, 96))))
        samples[-1].gt_instances = InstanceData(
            bboxes=torch.tensor(BOXES, dtype=torch.float32)[:count],
            labels=torch.zeros(count, dtype=torch.int64),
            instances_ids=torch.tensor(IDS)[:count],
        )
    return samples


def train(model, samples, device, optimizer=RowAdam, last=False, num_steps=2):
    """Losses of some steps, and the state dict after them, on the CPU."""
    model = copy.deepcopy(model).train().to(device)
    optimizer = optimizer(model.parameters(), 1e-3)
    if last:
        to_channels_last(model, optimizer)
    images = torch.rand(2, 3, 64, 96, generator=torch.Generator().manual_seed(1))
    values = []
    for _ in range(num_steps):
        losses = model.loss(images.to(device), [s.to(device) for s in samples])
        optimizer.zero_grad()
        losses['loss'].backward()
        clip_gradients([*model.parameters()], [], max_norm=1.0)
        optimizer.step()
        values.append({name: value.item() for name, value in losses.items()})
    return values, {name: value.cpu() for name, value in model.state_dict().items()}


def assert_equals_the_cpu(model, samples, device, **kwargs):
    """Losses and weights of some steps are equal to the last bit."""
    expected = train(model, samples, 'cpu', **kwargs)
    found = train(model, samples, device, **kwargs)
    assert found[0] == expected[0]
    for key, value in expected[1].items():
        assert torch.equal(found[1][key], value), key


@pytest.mark.parametrize('name', REID_HEADS)
def test_every_reid_head(name, fake, samples):
    """Two steps with each."""
    assert_equals_the_cpu(build(REID_HEADS[name]), samples, fake.NAME)


@pytest.mark.parametrize('last', [False, True], ids=['usual', 'channels_last'])
def test_deformable_network(last, fake, samples):
    """DLA-34 with deformable convolutions, in both layouts."""
    model = build(REID_HEADS['classifier'], short=False)
    assert_equals_the_cpu(model, samples, fake.NAME, last=last, num_steps=1)


@pytest.mark.parametrize(
    'head',
    [dict(size_type='wh'), dict(heatmap_sigma=6, loss_heatmap=dict(type='MSELoss'))],
)
def test_other_box_heads(head, fake, samples):
    """Width and height; Gaussians of one size."""
    model = build(REID_HEADS['classifier'], **head)
    assert_equals_the_cpu(model, samples, fake.NAME)


def test_what_a_step_waits_for(fake, samples):
    """Two reads of positions and one of a size; none for clipping and the update."""
    model = build(REID_HEADS['classifier']).train().to(fake.NAME)
    optimizer = torch.optim.Adam(model.parameters())
    images = torch.rand(2, 3, 64, 96).to(fake.NAME)
    samples = [sample.to(fake.NAME) for sample in samples]
    with fake.count_waits() as waits:
        loss = model.loss(images, samples)['loss']
        optimizer.zero_grad()
        loss.backward()
        clip_gradients([*model.parameters()], [], max_norm=1.0)
        optimizer.step()
    assert waits == WAITS
