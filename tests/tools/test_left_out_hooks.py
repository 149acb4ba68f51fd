"""Trainings without some of the hooks, and with the hooks of older versions."""

import pytest
import torch
from mmengine.config import Config

ONE_EPOCH = 'train_cfg = dict(max_epochs=1, val_interval=1)\n'
# Each can be left out by itself, or says what else to leave out.
ALONE = {
    'timer': None,
    'logger': None,
    'param_scheduler': 'set param_scheduler=None too',
    'checkpoint': None,
    'sampler_seed': None,
    'runtime_info': None,
    'sync_buffers': None,
    'resume': None,
    'row_shard': None,
    'flag_exchange': 'CorruptImageHook, LossGuardHook, StopOnSignalHook cannot work',
    'stop_on_signal': None,
    'corrupt_images': None,
    'loss_guard': None,
    'scalars': None,
    'record': None,
}


def leave_out(names):
    return ['--cfg-options', *(f'default_hooks.{name}=None' for name in names)]


@pytest.mark.parametrize('name', ALONE)
def test_each_alone(name, make_config, run_tool, tmp_path):
    """A training without a hook runs and saves, or says why it cannot, in one line."""
    arguments = [make_config(ONE_EPOCH), '--work-dir', tmp_path, *leave_out([name])]
    if ALONE[name]:
        with pytest.raises(SystemExit, match=ALONE[name]) as refused:
            run_tool('train', *arguments)
        assert '\n' not in refused.value.code
        return
    run_tool('train', *arguments)
    assert (tmp_path / 'epoch_1.pth').exists() == (name != 'checkpoint')


def test_all_of_them(make_config, run_tool, tmp_path):
    """Without any hook a training runs to its end."""
    config = make_config(ONE_EPOCH + 'param_scheduler = None\n')
    run_tool('train', config, '--work-dir', tmp_path, *leave_out(ALONE))
    assert not list(tmp_path.glob('*.pth'))


def test_no_default_hooks_at_all(make_config, run_tool, tmp_path):
    """mmengine's own are enough."""
    config = make_config(ONE_EPOCH)
    arguments = ['--work-dir', tmp_path, '--cfg-options', 'default_hooks=None']
    run_tool('train', config, *arguments)
    assert (tmp_path / 'epoch_1.pth').exists()


def test_config_of_an_older_version(make_config, run_tool, tmp_path):
    """A saved config without the `FlagExchangeHook` trains: it gets one."""
    run_tool('train', make_config(ONE_EPOCH), '--work-dir', tmp_path / 'new')
    (path,) = (tmp_path / 'new').glob('tiny*.py')
    cfg = Config.fromfile(path)
    del cfg.default_hooks['flag_exchange'], cfg.default_hooks['corrupt_images']
    cfg.log_processor = dict(type='LogProcessor')
    cfg.dump(tmp_path / 'old.py')
    run_tool('train', tmp_path / 'old.py', '--work-dir', tmp_path / 'old')
    saved = torch.load(tmp_path / 'old' / 'epoch_1.pth', weights_only=True)
    assert saved['meta']['iter'] == 4
    assert 'FlagExchangeHook' in saved['meta']['cfg']
