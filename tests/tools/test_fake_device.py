"""Runs of the tools on a device of its own, which refuses tensors of the CPU.

See tests/fake_device.py. The same runs on the CPU have the same weights and tracks.
"""

import mmengine.device.utils
import numpy as np
import pytest
import torch

from fairmot_mm.models import CenterHead
from fairmot_mm.registry import MODELS
from fairmot_mm.utils import read_mot

pytestmark = pytest.mark.own_process


@MODELS.register_module(force=True)
class ShortNetwork(torch.nn.Module):
    """A backbone of one layer: operations of the device take their time."""

    def __init__(self):
        super().__init__()
        self.conv = torch.nn.Conv2d(3, 16, 7, stride=4, padding=3)
        self.norm = torch.nn.BatchNorm2d(16)

    def forward(self, images):
        return [self.norm(self.conv(images)).relu()]


@MODELS.register_module(force=True)
class NoNeck(torch.nn.Identity):
    """The map of the backbone as it is."""


# Everything at once: averaged weights, pictures, layout, a sampled classifier,
# clipping, a batch that is left out, validation by tracking.
ALL_ON = """
backbone = dict(_delete_=True, type='ShortNetwork')
neck = dict(_delete_=True, type='NoNeck')
model['detector'].update(backbone=backbone, neck=neck)
partial = dict(type='PartialClassifier', sample_ratio=0.5)
model['detector']['reid_head'].update(classifier_cfg=partial)
train_pipeline.append(dict(type='SpoilImage'))
optim_wrapper = dict(optimizer=dict(type='RowAdam'), clip_grad=dict(max_norm=1))
train_cfg = dict(max_epochs=2, val_interval=1)
default_hooks.update(loss_guard=dict(action='skip'))
custom_hooks = [
    dict(type='EMAHook', priority=49),
    dict(type='SampleVisualizationHook', interval=2),
    dict(type='ChannelsLastHook'),
    {signal}
]
"""
SIGNAL = "dict(type='SignalHook', number=15, at_iter=5)"


@pytest.fixture
def on(fake, monkeypatch):
    """Let mmengine find the fake device, or the CPU."""

    def choose(device):
        monkeypatch.setattr(mmengine.device.utils, 'DEVICE', device)

    return choose


@pytest.fixture
def train_and_test(on, damaged, make_config, make_sure, run_tool, tmp_path):
    """Train, stop within an epoch, resume, test: last checkpoint, log and tracks."""

    def run(device):
        on(device)
        work_dir = tmp_path / device
        config = make_config(ALL_ON.format(signal=SIGNAL), damaged)
        with pytest.raises(SystemExit) as ended:
            run_tool('train', config, '--work-dir', work_dir)
        assert ended.value.code == 143, ended.value
        config = make_config(ALL_ON.format(signal=''), damaged)
        run_tool('train', config, '--work-dir', work_dir, '--resume')
        checkpoint = work_dir / 'epoch_2.pth'
        sure = make_sure(checkpoint, work_dir)
        run_tool('test', config, sure, '--work-dir', work_dir)
        logs = ''.join(path.read_text() for path in work_dir.glob('*/*.log'))
        pictures = sorted(path.name for path in work_dir.rglob('vis_image/*.png'))
        (tracks,) = work_dir.rglob('results/b.txt')
        content = torch.load(checkpoint, weights_only=True)
        return content, logs, pictures, read_mot(tracks)

    return run


def test_trains_resumes_and_tracks_as_the_cpu(train_and_test):
    """Weights, averaged weights and moments are equal to the last bit.

    So are identities; boxes up to rounding, because the CPU runs in channels_last. It
    takes six runs of a tool, so that each part meets the others.
    """
    expected, _, pictures, tracks = train_and_test('cpu')
    found, log, found_pictures, found_tracks = train_and_test('fake')
    assert 'left out: iteration' in log
    for part in ('state_dict', 'ema_state_dict'):
        for name, value in expected[part].items():
            assert torch.equal(found[part][name], value), name
    for number, state in expected['optimizer']['state'].items():
        for name, value in state.items():
            assert torch.equal(found['optimizer']['state'][number][name], value)
    assert pictures
    assert found_pictures == pictures
    assert len(tracks.ids) > 0
    np.testing.assert_allclose(found_tracks.tlwh, tracks.tlwh, atol=0.02)
    assert (found_tracks.ids == tracks.ids).all()


def test_finds_a_forgotten_device(on, make_config, run_tool, tmp_path, monkeypatch):
    """A head whose target stays on the CPU trains there, and not on this device."""
    get_targets = CenterHead.get_targets

    def forgetful(self, *args):
        targets = get_targets(self, *args)
        targets.heatmap.mul_(torch.ones(targets.heatmap.shape))
        return targets

    monkeypatch.setattr(CenterHead, 'get_targets', forgetful)
    config = make_config(ALL_ON.format(signal=''))
    on('fake')
    with pytest.raises(RuntimeError, match='same device, but found fake:0 and cpu'):
        run_tool('train', config, '--work-dir', tmp_path)
