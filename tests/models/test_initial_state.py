"""A network starts a training as the published one does (before it loads weights)."""

import pytest
import torch

from fairmot_mm.config.load_config import load_config
from fairmot_mm.registry import MODELS

SMALL = ('r18-dcn', 'r18-fpn-dcn', 'dlav0-34')
DEFAULT = ('dla34', 'dla34-conv', 'hrnet-w18')


@pytest.fixture(scope='module')
def start(config_dir):
    """Heads of a network as a Runner starts it, by published name."""

    def build(network):
        model = MODELS.build(load_config(config_dir / f'fairmot_{network}.py').model)
        model.init_weights()
        box, reid = model.detector.bbox_head, model.detector.reid_head
        return {
            'hm': box.heatmap,
            'wh': box.size,
            'reg': box.offset,
            'id': reid.embedding,
        }

    return build


def bound(conv):
    """Largest number of PyTorch's own start."""
    return conv.weight[0].numel() ** -0.5


def assert_default(conv):
    assert 0.8 * bound(conv) < conv.weight.abs().max() <= bound(conv)


def assert_small(conv):
    assert conv.weight.abs().max() < 0.01 < bound(conv)


@pytest.mark.parametrize('network', [*SMALL, *DEFAULT, 'yolov5s'])
def test_heads(network, start):
    """The heatmap at 0.1 everywhere; the others without bias, small where published."""
    heads = start(network)
    assert heads['hm'][2].bias.eq(-2.19).all()
    assert heads['hm'][0].bias.abs().max() > 0
    assert_default(heads['hm'][0])
    assert_default(heads['hm'][2])
    for name in ('wh', 'reg', 'id'):
        first, last = heads[name][0], heads[name][2]
        assert not first.bias.any()
        assert not last.bias.any()
        # In YOLOv5s the id head is as wide as its output, so both are small.
        whole = network in SMALL or (network == 'yolov5s' and name == 'id')
        (assert_small if whole else assert_default)(first)
        (assert_default if network in DEFAULT else assert_small)(last)


def test_up_paths_keep_their_start(config_dir):
    """Nothing that mmengine initialises undoes bilinear kernels and zero offsets."""
    for network in ('dla34', 'r18-dcn', 'r18-fpn-dcn'):
        cfg = load_config(config_dir / f'fairmot_{network}.py').model
        model = MODELS.build(cfg)
        before = {k: v.clone() for k, v in model.detector.neck.state_dict().items()}
        model.init_weights()
        after = model.detector.neck.state_dict()
        kept = [name for name in after if '.up' in name or 'deconv' in name]
        kept += [name for name in after if 'conv_offset' in name]
        assert kept
        assert all(torch.equal(after[name], before[name]) for name in kept)
