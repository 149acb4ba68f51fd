from pathlib import Path

import pytest
from mmcv.ops import ModulatedDeformConv2dPack

from fairmot_mm.apis import load_config
from fairmot_mm.benchmark.variant import ON_CPU, ON_GPU, fits_network, parse_variant
from fairmot_mm.models.layers import DCNv2
from fairmot_mm.registry import MODELS
from fairmot_mm.utils import ConfigError

NETWORKS = Path(__file__).parents[2] / 'configs/_base_/models'


def test_parsed():
    """Options add up; a batch has its size in its name."""
    assert parse_variant('fuse-conv-bn+bfloat16+batch-4+no-threads') == {
        'cfg_options': {
            'inference.fuse_conv_bn': True,
            'inference.precision': 'bfloat16',
        },
        'batch_size': 4,
        'threads': False,
    }


@pytest.mark.parametrize('name', ['fast', 'pytorch+batch-0', 'batch-', ''])
def test_unknown(name):
    """What there is is listed."""
    with pytest.raises(ConfigError, match=r'options, joined by \+.*fuse-conv-bn'):
        parse_variant(name)


@pytest.mark.parametrize('name', [*ON_CPU, *ON_GPU])
def test_defaults(name):
    """Every variant of the defaults can be parsed."""
    assert 'cfg_options' in parse_variant(name)


def test_operator_of_mmcv():
    """`mmcv` exchanges all deformable convolutions for those of mmcv."""
    path = NETWORKS / 'fairmot_r18-dcn.py'
    cfg = load_config(path, parse_variant('mmcv')['cfg_options'])
    kinds = {
        type(module)
        for module in MODELS.build(cfg.model).modules()
        if isinstance(module, ModulatedDeformConv2dPack)
    }
    assert kinds == {ModulatedDeformConv2dPack}
    modules = MODELS.build(load_config(path).model).modules()
    assert any(isinstance(module, DCNv2) for module in modules)


def test_networks_without_it():
    """Where there is no deformable convolution, there is no variant of it."""
    for name in ('yolov5s', 'regnetx-400mf-fpn', 'dla34-conv'):
        cfg = load_config(NETWORKS / f'fairmot_{name}.py')
        assert not fits_network('mmcv', cfg)
        assert fits_network('pytorch', cfg)
