import mmcv.ops
import pytest

from fairmot_mm.inference.move_to_device import move_to_device
from fairmot_mm.utils import ConfigError


@pytest.mark.parametrize('device', ['gpu', 'cuda:99'])
def test_a_device_that_is_not_there(small_model, device):
    """A device that torch does not know, or does not find, is named."""
    with pytest.raises(ConfigError, match=f"device '{device}' cannot be used: "):
        move_to_device(small_model(), device)


def test_a_device_without_deformable_convolutions(small_model, monkeypatch):
    """It is refused where the model is moved; plain convolutions run anywhere."""

    def refuse(*_):
        raise RuntimeError('implementation for device not found')

    model = small_model()
    assert move_to_device(model, 'cpu') is model
    monkeypatch.setattr(mmcv.ops, 'modulated_deform_conv2d', refuse)
    with pytest.raises(ConfigError, match='does not run on cpu'):
        move_to_device(model, 'cpu')
    del model.detector.neck
    assert move_to_device(model, 'cpu') is model
