"""Losses and their gradients equal the published implementation.

tests/data/losses: heatmaps, targets and, for the other maps, the values at the objects'
cells (all that may be read of them); values and sums of absolute gradients for seven
sets of options (commit 4aa6297, float32 on a CPU).
"""

import json
from pathlib import Path

import pytest
import torch

from fairmot_mm.models.utils.center_targets import CenterTargets
from fairmot_mm.registry import MODELS

EXPECTED = json.loads(
    (Path(__file__).parents[1] / 'data' / 'losses' / 'expected.json').read_text()
)
L1_HALF = dict(loss_size=dict(type='L1Loss', loss_weight=0.5))
SMOOTH_L1 = dict(
    average_components=False,
    loss_size=dict(type='SmoothL1Loss', loss_weight=0.1),
    loss_offset=dict(type='SmoothL1Loss'),
)
MSE = dict(heatmap_sigma=6, loss_heatmap=dict(type='MSELoss'))
# Published options -> ours of the box head, the Re-ID head and the weighting.
OPTIONS = {
    'default': ({}, {}, 'UncertaintyWeighting'),
    'fix_wh0.5': (L1_HALF, {}, 'FixedWeighting'),
    'sl1': (SMOOTH_L1, {}, 'UncertaintyWeighting'),
    # Two published options that change nothing.
    'norm_wh_flag': ({}, {}, 'UncertaintyWeighting'),
    'id_weight_2': ({}, {}, 'UncertaintyWeighting'),
    'mse': (MSE, {}, 'UncertaintyWeighting'),
    'focal_id': ({}, dict(loss_id=dict(type='FocalLoss')), 'UncertaintyWeighting'),
}


@pytest.fixture
def reference(golden):
    return {k: torch.from_numpy(v) for k, v in golden('losses/losses.npz').items()}


def make_map(rows, reference):
    """A map with ``rows`` at the objects' cells and noise elsewhere."""
    feat = 100 * torch.randn(2, rows.shape[1], 38 * 68)
    feat[reference['batch_inds'], :, reference['cell_inds']] = rows
    return feat.view(2, -1, 38, 68).requires_grad_()


def make_targets(reference, ids):
    return CenterTargets(
        heatmap=reference['heatmap_target'],
        batch_inds=reference['batch_inds'],
        cell_inds=reference['cell_inds'],
        size=reference['size_target'],
        offset=reference['offset_target'],
        labels=torch.zeros_like(ids),
        ids=ids,
    )


def grad_sum(tensor):
    return tensor.grad.abs().sum().item()


@pytest.mark.parametrize('case', list(EXPECTED))
def test_losses_and_gradients_equal_the_published_ones(case, reference):
    """Five values and eight gradients to 1e-5, from the start values as published."""
    head_cfg, reid_cfg, weighting = OPTIONS[case]
    head = MODELS.build(dict(type='CenterHead', in_channels=8, **head_cfg))
    reid = MODELS.build(
        dict(type='DenseReIDHead', num_ids=23, embed_dims=16, in_channels=8, **reid_cfg)
    )
    weighting = MODELS.build(dict(type=weighting))
    with torch.no_grad():
        reid.classifier.weight.copy_(reference['classifier_weight'])
        reid.classifier.bias.copy_(reference['classifier_bias'])
    ids = reference['ids']
    if case == 'focal_id':
        # The published focal loss fails on -1; it was computed with 0 instead.
        ids = ids.clamp(min=0)
    targets = make_targets(reference, ids)
    maps = {
        name: make_map(reference[name], reference)
        for name in ('size', 'offset', 'embedding')
    }
    heatmap = reference['heatmap'].requires_grad_()

    detection = head.loss_by_feat(heatmap, maps['size'], targets, maps['offset'])
    identity = reid.loss_by_feat(maps['embedding'], targets)
    total = weighting(dict(det=detection, id=identity))['loss']
    total.backward()

    values = {
        'loss': total.item(),
        'hm_loss': detection['loss_heatmap'].item(),
        # Published before the weight is applied.
        'wh_loss': detection['loss_size'].item() / head.loss_size.loss_weight,
        'off_loss': detection['loss_offset'].item(),
        'id_loss': identity['loss_id'].item(),
    }
    assert values == pytest.approx(EXPECTED[case]['stats'], rel=1e-5)
    gradients = {
        'hm': grad_sum(heatmap),
        'wh': grad_sum(maps['size']),
        'reg': grad_sum(maps['offset']),
        'id': grad_sum(maps['embedding']),
    }
    assert gradients == pytest.approx(EXPECTED[case]['grad_abs_sum'], rel=1e-5)
    scalars = getattr(weighting, 'log_vars', {})
    parameters = {
        **{f's_{task}': grad_sum(scalar) for task, scalar in scalars.items()},
        'classifier.weight': grad_sum(reid.classifier.weight),
        'classifier.bias': grad_sum(reid.classifier.bias),
    }
    # The published scalars get no gradient where the weights are fixed.
    learned = {k: v for k, v in EXPECTED[case]['grad_params'].items() if v is not None}
    assert parameters == pytest.approx(learned, rel=1e-5)
