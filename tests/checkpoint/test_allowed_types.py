"""Safe loading takes what mmengine writes, and nothing that could run code."""

import os
import zipfile
from collections import OrderedDict
from pathlib import PurePath
from pickle import UnpicklingError

import pytest
import torch
from mmengine.logging import HistoryBuffer
from mmengine.model import BaseModel
from mmengine.registry import DefaultScope
from mmengine.runner import Runner, load_checkpoint

from fairmot_mm.checkpoint.allowed_types import allow_checkpoint_types


class ToyModel(BaseModel):
    """One linear layer under mmengine's interface."""

    def __init__(self):
        super().__init__()
        self.linear = torch.nn.Linear(2, 1)

    def forward(self, inputs, data_samples=None, mode='tensor'):
        return {'loss': self.linear(torch.stack(inputs)).mean()}


class ToyDataset(torch.utils.data.Dataset):
    """Four samples of two numbers."""

    def __len__(self):
        return 4

    def __getitem__(self, index):
        return {'inputs': torch.full((2,), float(index))}


@pytest.fixture
def own_default_scope(monkeypatch):
    """Changes of the default scope end with the test."""
    scopes = OrderedDict(DefaultScope._instance_dict)
    monkeypatch.setattr(DefaultScope, '_instance_dict', scopes)
    return scopes


@pytest.fixture
def no_safe_globals():
    """Nothing is allowed yet, whatever was imported before."""
    allowed = torch.serialization.get_safe_globals()
    torch.serialization.clear_safe_globals()
    yield
    torch.serialization.clear_safe_globals()
    torch.serialization.add_safe_globals(allowed)


@pytest.fixture(
    params=[
        {'type': 'MultiStepLR', 'milestones': [1]},
        {'type': 'OneCycleLR', 'eta_max': 1e-3, 'total_steps': 2},
    ],
    ids=lambda scheduler: scheduler['type'],
)
def checkpoint(request, tmp_path, own_default_scope):
    """What mmengine's Runner writes after two epochs with Adam and a scheduler."""
    runner = Runner(
        model=ToyModel(),
        work_dir=str(tmp_path),
        experiment_name=tmp_path.name,
        train_dataloader={
            'batch_size': 2,
            'dataset': ToyDataset(),
            'sampler': {'type': 'DefaultSampler', 'shuffle': False},
        },
        optim_wrapper={'optimizer': {'type': 'Adam', 'lr': 1e-3}},
        param_scheduler=[dict(request.param)],
        train_cfg={'by_epoch': True, 'max_epochs': 2},
        default_hooks={
            'logger': {'type': 'LoggerHook', 'interval': 1},
            'checkpoint': {'type': 'CheckpointHook'},
        },
        custom_hooks=[{'type': 'EMAHook'}],
        log_level='ERROR',
    )
    runner.train()
    return tmp_path / 'epoch_2.pth'


def test_checkpoint_of_the_runner_loads_safely(no_safe_globals, checkpoint):
    """Refused before, loaded after the call, with its history intact."""
    with pytest.raises(UnpicklingError):
        torch.load(checkpoint, weights_only=True)
    allow_checkpoint_types()
    state = torch.load(checkpoint, weights_only=True)
    history = state['message_hub']['log_scalars']['train/lr']
    rates = history.data[0].tolist()
    assert len(rates) == 4
    assert rates[0] > rates[-1] > 0
    assert history.statistics('max') == pytest.approx(rates[0])
    assert state['meta']['epoch'] == 2
    load_checkpoint(ToyModel(), str(checkpoint), strict=True)


def test_checkpoint_written_with_numpy_1_loads_safely(
    no_safe_globals, checkpoint, tmp_path
):
    """Published weights name numpy's older module; the rest of the file is the same."""
    older = tmp_path / 'numpy1.pth'
    with zipfile.ZipFile(checkpoint) as source, zipfile.ZipFile(older, 'w') as target:
        for name in source.namelist():
            data = source.read(name)
            if name.endswith('data.pkl'):
                assert b'numpy._core.' in data
                data = data.replace(b'numpy._core.', b'numpy.core.')
            target.writestr(name, data)
    allow_checkpoint_types()
    assert torch.load(older, weights_only=True)['meta']['epoch'] == 2


class Foreign:
    """Pickles as a call of any function."""

    def __init__(self, function, *args):
        self.call = function, args

    def __reduce__(self):
        return self.call


@pytest.mark.parametrize(
    'foreign',
    [
        Foreign(os.system, 'true'),
        Foreign(eval, '1 + 1'),
        Foreign(getattr, dict, 'fromkeys'),
        Foreign(getattr, HistoryBuffer, '__init__'),
        Foreign(getattr, PurePath, '__init__'),
    ],
    ids=['system', 'eval', 'getattr', 'getattr-of-allowed', 'getattr-of-a-class'],
)
def test_foreign_code_is_still_refused(no_safe_globals, tmp_path, foreign):
    """The added types open no way to call something else."""
    path = tmp_path / 'foreign.pth'
    torch.save({'state_dict': foreign}, path)
    allow_checkpoint_types()
    with pytest.raises(UnpicklingError):
        torch.load(path, weights_only=True)
