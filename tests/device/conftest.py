"""The fake device for the tests of this folder."""

import importlib.util
import sys
from pathlib import Path

import mmcv.ops.modulated_deform_conv as deform_conv
import mmengine.device.utils
import pytest
import torch


def load_fake_device():
    """Tests are no package."""
    path = Path(__file__).with_name('fake_device.py')
    spec = importlib.util.spec_from_file_location('fake_device', path)
    sys.modules['fake_device'] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope='session')
def registered():
    """The device, known to torch for the rest of the process."""
    module = load_fake_device()
    libraries = module.register()
    yield module
    del libraries


@pytest.fixture
def fake(registered, monkeypatch):
    """The device, also for mmcv's operators and generators of random numbers."""
    extension = registered.Extension(deform_conv.ext_module)
    monkeypatch.setattr(deform_conv, 'ext_module', extension)
    generator = torch.Generator

    def make_generator(device='cpu'):
        kind = torch.device(device).type
        return generator('cpu' if kind == registered.NAME else device)

    monkeypatch.setattr(torch, 'Generator', make_generator)
    return registered


@pytest.fixture
def fake_runs(fake, monkeypatch):
    """mmengine finds the device, as it finds a GPU."""
    monkeypatch.setattr(mmengine.device.utils, 'DEVICE', fake.NAME)
    return fake
