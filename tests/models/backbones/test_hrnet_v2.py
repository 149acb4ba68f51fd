from pathlib import Path

import pytest
import torch
from mmengine.config import Config

from fairmot_mm.registry import MODELS

CONFIG = Path(__file__).parents[3] / 'configs/_base_/models/fairmot_hrnet-w18.py'


@pytest.fixture(scope='module')
def published():
    return Config.fromfile(CONFIG).model.detector.backbone


def test_two_momenta(published):
    """Transition and fuse layers have ten times the momentum of stem and blocks."""
    net = MODELS.build(published)
    momenta = {
        name: module.momentum
        for name, module in net.named_modules()
        if isinstance(module, torch.nn.BatchNorm2d)
    }
    between = [n for n in momenta if 'transition' in n or 'fuse_layers' in n]
    assert {momenta[name] for name in between} == {0.1}
    assert {momenta[name] for name in momenta.keys() - between} == {0.01}
    assert {'bn1', 'layer1.0.downsample.1', 'stage4.2.branches.3.3.bn2'} <= set(momenta)
    assert len(between) == 4 + 78


def test_starts_as_published(published):
    """Convolutions start at N(0, 0.001); batch norms learn their statistics."""
    net = MODELS.build(published)
    net.init_weights()
    net.train()
    for module in net.modules():
        if isinstance(module, torch.nn.Conv2d):
            assert 0.0005 < module.weight.std() < 0.0015
        if isinstance(module, torch.nn.BatchNorm2d):
            assert module.training
            assert module.weight.eq(1).all()
