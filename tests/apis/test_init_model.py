from pathlib import Path

import pytest
import torch

from fairmot_mm.apis import init_model, load_config
from fairmot_mm.utils import CheckpointError, ConfigError

CONFIG = Path(__file__).parents[2] / 'configs/_base_/models/fairmot_dla34-conv-small.py'


def test_model_is_ready(tmp_path):
    """Weights loaded, eval mode, on the device, with its config."""
    source = init_model(CONFIG, device='cpu')
    torch.save(source.state_dict(), tmp_path / 'a.pth')
    options = {'model.tracker.track_buffer': 60}
    model = init_model(str(CONFIG), tmp_path / 'a.pth', 'cpu', options)
    assert not model.training
    assert model.cfg.model.tracker.track_buffer == 60
    assert {parameter.device.type for parameter in model.parameters()} == {'cpu'}
    loaded = model.state_dict()
    expected = source.state_dict()
    assert all(torch.equal(loaded[name], expected[name]) for name in expected)


def test_config_object():
    """A config that was read before does too, and stays as it is."""
    cfg = load_config(CONFIG)
    model = init_model(cfg, cfg_options={'model.tracker': None}, device='cpu')
    assert model.tracker is None
    assert cfg.model.tracker.type == 'JDETracker'


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        ({'model.detector.backbone.depht': 34}, "argument 'depht'"),
        ({'model.tracker.type': 'JDETraker'}, 'JDETraker is not in the .*registry'),
        ({'model.detector': {'type': 'JDEDetector', '_delete_': True}}, "'backbone'"),
    ],
)
def test_wrong_component(options, message):
    """An unknown key or type, and a missing key, are errors of the config."""
    with pytest.raises(ConfigError, match=message):
        init_model(CONFIG, cfg_options=options, device='cpu')


@pytest.mark.parametrize('device', ['gpu', 'cuda:99'])
def test_unknown_device(device):
    """A device that torch does not know, or does not find, is named."""
    with pytest.raises(ConfigError, match=f"device '{device}' cannot be used: "):
        init_model(CONFIG, device=device)


def test_missing_checkpoint(tmp_path):
    """A checkpoint that does not exist is named."""
    with pytest.raises(CheckpointError, match=r'gone\.pth does not exist'):
        init_model(CONFIG, tmp_path / 'gone.pth', device='cpu')
