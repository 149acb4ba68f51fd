import pytest
from mmengine.config import Config
from torch import nn

from fairmot_mm.config.check_parameters import check_parameters, check_paramwise_keys
from fairmot_mm.utils import ConfigError

MODEL = nn.ModuleDict(
    dict(backbone=nn.Sequential(nn.Linear(1, 1)), neck=nn.Linear(1, 1))
)


def config(paramwise=None, **options):
    return Config(dict(optim_wrapper=dict(paramwise_cfg=paramwise), **options))


def test_names_that_exist():
    """A key is a part of a parameter's name."""
    check_parameters(config(), MODEL)
    keys = {'backbone.0': dict(lr_mult=0.1), 'neck': dict(lr_mult=0.5)}
    cfg = config(dict(custom_keys=keys), activation_checkpointing='backbone.0')
    check_paramwise_keys(cfg)
    check_parameters(cfg, MODEL)
    own = dict(optim_wrapper=dict(constructor='Mine', paramwise_cfg=dict(x=1)))
    check_paramwise_keys(Config(own))


@pytest.mark.parametrize(
    ('cfg', 'message'),
    [
        (
            config(dict(custom_keys=dict(bakbone=dict(lr_mult=0)))),
            r"no parameter has 'bakbone' .*\(did you mean 'backbone'",
        ),
        (
            config(activation_checkpointing=['backbone.1']),
            "activation_checkpointing: the model has no module 'backbone.1'",
        ),
        (config(efficient_conv_bn_eval='nek'), "module 'nek' .*'neck'"),
    ],
)
def test_names_that_do_not(cfg, message):
    """mmengine would change nothing, or end with a traceback."""
    with pytest.raises(ConfigError, match=message):
        check_parameters(cfg, MODEL)


def test_keys_of_paramwise_cfg():
    """mmengine ignores others."""
    with pytest.raises(ConfigError, match="did you mean 'bias_lr_mult'"):
        check_paramwise_keys(config(dict(bias_lr_mul=2)))
