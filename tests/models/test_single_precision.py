"""Losses are single precision in mixed precision: bit for bit those without it."""

import math

import pytest
import torch
from torch.nn import functional as F  # noqa: N812

from fairmot_mm.models.losses.sharded_cross_entropy import sharded_cross_entropy
from fairmot_mm.models.utils.center_targets import CenterTargets, center_targets
from fairmot_mm.registry import MODELS

BOXES = [[8, 4, 30, 60], [50, 20, 62, 50], [60, 10, 90, 40], [61, 11, 91, 41]]
SIZES = dict(in_channels=8, feat_channels=16)
EMBED = dict(type='DenseReIDHead', embed_dims=32, **SIZES)
PARTIAL = dict(type='PartialClassifier')
REID_HEADS = {
    'classifier': dict(EMBED, num_ids=900),
    'focal': dict(EMBED, num_ids=900, loss_id=dict(type='FocalLoss')),
    'apart': dict(EMBED, num_ids=[500, 400], joint_classes=False),
    'partial': dict(EMBED, num_ids=900, classifier_cfg=PARTIAL),
    'sampled': dict(EMBED, num_ids=900, classifier_cfg=dict(PARTIAL, sample_ratio=0.3)),
    'triplet': dict(EMBED, type='MetricReIDHead'),
    'circle': dict(EMBED, type='MetricReIDHead', loss_metric=dict(type='CircleLoss')),
}
BOX_HEADS = {
    'default': {},
    'wh': dict(size_type='wh', loss_size=dict(type='SmoothL1Loss')),
    'mse': dict(heatmap_sigma=6, loss_heatmap=dict(type='MSELoss')),
}


@pytest.fixture(params=[torch.bfloat16, torch.float16], ids=['bfloat16', 'float16'])
def mixed(request):
    """Run a forward pass with and without mixed precision; gives both results."""

    def run(forward):
        results = []
        for enabled in (False, True):
            torch.manual_seed(0)
            with torch.autocast('cpu', request.param, enabled=enabled):
                result = forward(request.param)
            results.append(differentiate(*result) if len(result) > 1 else result[0])
        return results

    return run


def assert_equal(plain, found):
    """Values and gradients have one type, and are equal to the last bit."""
    assert plain.keys() == found.keys()
    for name, value in plain.items():
        assert found[name].dtype == value.dtype, name
        assert torch.equal(found[name], value), name


def differentiate(losses, inputs, module):
    """Losses and gradients of inputs and parameters."""
    sum(losses.values()).backward()
    grads = {
        name: p.grad for name, p in module.named_parameters() if p.grad is not None
    }
    grads |= {f'input {name}': value.grad for name, value in inputs.items()}
    assert all(loss.dtype == torch.float32 for loss in losses.values())
    return {**losses, **grads}


@pytest.mark.parametrize('name', REID_HEADS)
def test_identity_losses(name, mixed, make_instances):
    """Maps come from the network in half precision; nothing behind them does."""
    targets = center_targets([make_instances(BOXES, [3, 1, 3, 1])], (1, 16, 24))

    def learn(dtype):
        head = MODELS.build(REID_HEADS[name])
        embedding = torch.randn(1, 32, 16, 24).to(dtype).requires_grad_()
        losses = head.loss_by_feat(embedding, targets)
        return losses, {'embedding': embedding}, head

    assert_equal(*mixed(learn))


@pytest.mark.parametrize('name', BOX_HEADS)
def test_detection_losses(name, mixed, make_instances):
    """Heatmap, size and offset; heatmap_sigma=6 has the raw logits."""

    def learn(dtype):
        head = MODELS.build(dict(type='CenterHead', **SIZES, **BOX_HEADS[name]))
        targets = head.get_targets([make_instances(BOXES)], (16, 24))
        sizes = dict(heatmap=1, size=2 if name == 'wh' else 4, offset=2)
        maps = {
            key: torch.randn(1, count, 16, 24).to(dtype).requires_grad_()
            for key, count in sizes.items()
        }
        return head.loss_by_feat(**maps, targets=targets), maps, head

    assert_equal(*mixed(learn))


@pytest.mark.parametrize('name', ['UncertaintyWeighting', 'FixedWeighting'])
def test_task_weights(name, mixed):
    """Losses of a component in half precision are added in single precision."""

    def learn(dtype):
        weighting = MODELS.build(dict(type=name))
        losses = {
            'det': {'loss_a': torch.tensor(3.014), 'loss_b': torch.tensor(0.011)},
            'id': {'loss_id': torch.tensor(7.125)},
        }
        halves = {
            task: {key: value.to(dtype).requires_grad_() for key, value in own.items()}
            for task, own in losses.items()
        }
        inputs = {key: v for own in halves.values() for key, v in own.items()}
        total = weighting(halves)['loss']
        return {'loss': total}, inputs, weighting

    assert_equal(*mixed(learn))


def test_sharded_cross_entropy(mixed):
    """Called by itself, forwards and backwards in mixed precision."""

    def learn(dtype):
        rows = [torch.randn(size, 16).to(dtype).requires_grad_() for size in (5, 700)]
        bias, ids = torch.randn(700, requires_grad=True), torch.arange(5)
        loss = sharded_cross_entropy(*rows, bias, ids).mean()
        loss.backward()
        return ({'loss': loss, 'weight': rows[1].grad, 'bias': bias.grad},)

    plain, found = mixed(learn)
    assert_equal(plain, found)
    assert plain['loss'].dtype == torch.float32


def test_embeddings_have_unit_length(mixed):
    """Those of detections, which a tracker compares."""

    def embed(dtype):
        head = MODELS.build(REID_HEADS['classifier'])
        maps = torch.randn(2, 32, 4, 5).to(dtype)
        cells = torch.tensor([[7, 0, 19], [3, 3, 12]])
        return ({'embeds': head.predict_by_feat(maps, cells)},)

    plain, found = mixed(embed)
    assert_equal(plain, found)
    torch.testing.assert_close(found['embeds'].norm(dim=2), torch.ones(2, 3))


def test_many_identities():
    """With very many identities the gradient is exact; in bfloat16 it is not."""
    torch.manual_seed(0)
    cfg = dict(type='DenseReIDHead', num_ids=40_000, in_channels=4, feat_channels=0)
    head = MODELS.build(cfg)
    ids = torch.arange(20)
    embedding = torch.randn(1, 128, 4, 5).bfloat16()
    none, zeros = torch.zeros(0), torch.zeros_like(ids)
    targets = CenterTargets(none, zeros, torch.arange(20), none, none, zeros, ids)
    with torch.autocast('cpu', torch.bfloat16):
        loss = head.loss_by_feat(embedding, targets)['loss_id']
    loss.backward()
    grad = head.classifier.weight.grad[:20].double()
    embeds = F.normalize(embedding.double().flatten(2)[0].T)
    weight = head.classifier.weight.detach().double().requires_grad_()
    scale = 2**0.5 * math.log(39_999)
    F.cross_entropy(
        F.linear(scale * embeds, weight, head.classifier.bias.double()), ids
    ).backward()
    exact = weight.grad[:20]
    assert (grad - exact).norm() < 1e-5 * exact.norm()
