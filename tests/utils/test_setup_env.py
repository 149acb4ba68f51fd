"""The environment is checked, and what it holds is registered."""

import sys
from collections import OrderedDict

import mmcv
import mmcv.ops
import pytest
import torch
from mmengine.registry import DefaultScope

from fairmot_mm.utils import ConfigError, setup_env
from fairmot_mm.utils.setup_env import (
    check_deformable_convolutions,
    check_deformable_operator,
    check_environment,
    register_all_modules,
)


@pytest.fixture
def own_default_scope(monkeypatch):
    """Changes of the default scope end with the test."""
    scopes = OrderedDict(DefaultScope._instance_dict)
    monkeypatch.setattr(DefaultScope, '_instance_dict', scopes)
    return scopes


def test_this_environment_passes():
    """The environment that runs the tests is one that the package accepts."""
    check_environment()


def install(monkeypatch, versions):
    """Let exactly these distributions be installed; None stands for none."""

    def fake_version(asked):
        if versions.get(asked) is None:
            raise setup_env.PackageNotFoundError(asked)
        return versions[asked]

    monkeypatch.setattr(setup_env, 'version', fake_version)


def test_the_maintained_forks_are_accepted(monkeypatch):
    """All three forks, or one among packages of OpenMMLab, pass in their ranges."""
    forks = {fork: lowest for fork, lowest, _ in setup_env.FORKS.values()}
    install(monkeypatch, forks)
    check_environment()
    originals = {name: range_[0] for name, range_ in setup_env.SUPPORTED.items()}
    fork, lowest, _ = setup_env.FORKS['mmengine']
    install(monkeypatch, originals | {'mmengine': None, fork: lowest})
    check_environment()


def test_a_fork_of_another_version_is_named(monkeypatch):
    """The message says which fork, which versions, and what to run."""
    forks = {fork: lowest for fork, lowest, _ in setup_env.FORKS.values()}
    install(monkeypatch, forks | {'onedl-mmcv': '2.2.1'})
    with pytest.raises(ImportError, match=r'works with onedl-mmcv >= 2\..*2\.2\.1 is'):
        check_environment()


def test_a_package_beside_its_fork_is_refused(monkeypatch):
    """Both write to one folder, so nobody knows which of them runs."""
    originals = {name: range_[0] for name, range_ in setup_env.SUPPORTED.items()}
    install(monkeypatch, originals | {'onedl-mmcv': '2.3.6'})
    with pytest.raises(ImportError, match=r'both installed.*pip uninstall mmcv onedl-'):
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

    lowest = {package: range_[0] for package, range_ in setup_env.SUPPORTED.items()}
    install(monkeypatch, lowest | {name: found})
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


def test_only_a_model_that_needs_the_operator_is_tried(monkeypatch):
    """Models with deformable convolutions are checked on their device, others pass."""
    tried = []
    monkeypatch.setattr(setup_env, 'check_deformable_operator', tried.append)
    check_deformable_convolutions(torch.nn.Conv2d(1, 1, 1))
    check_deformable_convolutions(torch.nn.ReLU())
    assert tried == []
    deformable = mmcv.ops.ModulatedDeformConv2dPack(1, 1, 1)
    check_deformable_convolutions(torch.nn.Sequential(deformable))
    assert tried == [torch.device('cpu')]


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
