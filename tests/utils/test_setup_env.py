"""The environment is checked, registered and trusted no further than it must be."""

import os
import sys
import zipfile
from collections import OrderedDict
from pickle import UnpicklingError

import mmcv
import mmcv.ops
import pytest
import torch
from mmengine.logging import HistoryBuffer
from mmengine.model import BaseModel
from mmengine.registry import DefaultScope
from mmengine.runner import Runner, load_checkpoint

from fairmot_mm.utils import ConfigError, setup_env
from fairmot_mm.utils.setup_env import (
    allow_checkpoint_types,
    check_deformable_operator,
    check_environment,
    register_all_modules,
)


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


def test_this_environment_passes():
    """The environment that runs the tests is one that the package accepts."""
    check_environment()


@pytest.mark.parametrize(
    ('name', 'found', 'remedy'),
    [
        ('mmcv', '2.2.0', 'make build-mmcv'),
        ('mmcv', '1.7.2', '--no-binary=mmcv'),
        ('mmdet', '3.2.0', "pip install 'mmdet>=3.3.0,<3.4.0'"),
        ('mmengine', '1.0.0', 'make setup'),
        ('mmengine', None, 'none is installed'),
    ],
)
def test_a_version_that_does_not_fit_is_named(monkeypatch, name, found, remedy):
    """Too old, too new or missing: the message says which, and what to run."""

    def fake_version(asked):
        if asked != name:
            return setup_env.SUPPORTED[asked][0]
        if found is None:
            raise setup_env.PackageNotFoundError(asked)
        return found

    monkeypatch.setattr(setup_env, 'version', fake_version)
    with pytest.raises(ImportError) as error:
        check_environment()
    assert f'works with {name} >= ' in str(error.value)
    assert f'{found or "none"} is installed' in str(error.value)
    assert remedy in str(error.value)


def test_mmcv_without_operators_is_told_in_a_sentence(monkeypatch, tmp_path):
    """A pure-Python mmcv is recognised before anything imports an operator."""
    monkeypatch.delitem(sys.modules, 'mmcv._ext', raising=False)
    monkeypatch.setattr(mmcv, '__path__', [str(tmp_path)])
    with pytest.raises(ImportError, match=r'without its compiled .*make build-mmcv'):
        check_environment()


def test_operators_of_another_torch_are_told_in_a_sentence(monkeypatch, tmp_path):
    """A library that the loader refuses names the loader's reason and the remedy."""
    (tmp_path / '_ext.py').write_text("raise ImportError('undefined symbol: _ZN3c10')")
    monkeypatch.delitem(sys.modules, 'mmcv._ext', raising=False)
    monkeypatch.setattr(mmcv, '__path__', [str(tmp_path)])
    with pytest.raises(ImportError, match=r'undefined symbol.*make build-mmcv'):
        check_environment()


def test_missing_operators_of_a_device_are_told_in_a_sentence(monkeypatch):
    """mmcv compiled for the CPU alone, and a GPU asked for: what to install."""
    check_deformable_operator(torch.device('cpu'))
    check_deformable_operator(torch.device('meta'))

    def refuse(*_):
        raise RuntimeError('implementation for device cuda:0 not found.\nfrom C++')

    monkeypatch.setattr(mmcv.ops, 'modulated_deform_conv2d', refuse)
    with pytest.raises(ConfigError, match='does not run on cpu') as caught:
        check_deformable_operator(torch.device('cpu'))
    message = str(caught.value)
    assert '(implementation for device cuda:0 not found.)' in message
    assert all(way in message for way in ('build-mmcv', 'CUDA_HOME', 'conv_cfg=None'))


def test_default_scope_is_set_once(own_default_scope):
    """Registering sets the scope; registering again adds nothing."""
    own_default_scope.clear()
    register_all_modules()
    register_all_modules()
    assert DefaultScope.get_current_instance().scope_name == 'fairmot_mm'
    assert len(own_default_scope) == 1


def test_a_foreign_default_scope_is_replaced_aloud_or_kept(own_default_scope):
    """Another library's scope is left alone on request, and not replaced silently."""
    own_default_scope.clear()
    DefaultScope.get_instance('other', scope_name='mmdet')
    register_all_modules(init_default_scope=False)
    assert DefaultScope.get_current_instance().scope_name == 'mmdet'
    with pytest.warns(UserWarning, match="was 'mmdet'"):
        register_all_modules()
    assert DefaultScope.get_current_instance().scope_name == 'fairmot_mm'


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
        Foreign(getattr, setup_env.Version, '__init__'),
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
