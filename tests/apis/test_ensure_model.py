from pathlib import Path

import pytest
from mmengine.config import Config
from torch import nn

from fairmot_mm.apis.ensure_model import ensure_model
from fairmot_mm.utils import ConfigError

CONFIG = Path(__file__).parents[2] / 'configs/_base_/models/fairmot_dla34-conv-small.py'


def test_model_that_exists(model):
    """It comes back as it is."""
    assert ensure_model(model) is model


def test_config_is_built():
    """A config with options becomes a model in eval mode, on the device."""
    model = ensure_model(CONFIG, None, 'cpu', {'model.tracker.track_buffer': 61})
    assert model.tracker.track_buffer == 61
    assert not model.training


@pytest.mark.parametrize(
    'setting',
    [{'checkpoint': 'w.pth'}, {'device': 'cpu'}, {'cfg_options': {'model.tracker': 0}}],
)
def test_settings_without_effect(model, setting):
    """A setting that a model cannot take any more is refused."""
    with pytest.raises(ConfigError, match='no effect on a model that exists already'):
        ensure_model(model, **setting)


def test_weights_without_a_model():
    """Weights say nothing about their network."""
    with pytest.raises(ConfigError, match=r'weights w\.pth need a model'):
        ensure_model(None, 'w.pth')


def test_a_model_of_a_runner():
    """Without its config it cannot prepare frames; the message says how to give it."""
    with pytest.raises(ConfigError, match=r'no cfg.*set model\.cfg = runner\.cfg'):
        ensure_model(nn.Module())
    model = nn.Module()
    model.cfg = Config({'model': {}, 'test_pipeline': []})
    assert ensure_model(model) is model
    assert len(model.dataset_meta['classes']) == 1
