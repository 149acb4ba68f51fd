from pathlib import Path

import pytest
import torch
from mmengine.config import Config

from fairmot_mm.apis import require_initial_weights
from fairmot_mm.utils import CheckpointError


def with_backbone(checkpoint, **config):
    init_cfg = dict(type='Pretrained', checkpoint=str(checkpoint))
    return Config(
        dict(model=dict(detector=dict(backbone=dict(init_cfg=init_cfg))), **config)
    )


def test_present(tmp_path):
    """Files that are there, what mmengine fetches itself, and no file at all pass."""
    torch.save({'w': torch.zeros(1)}, tmp_path / 'a.pth')
    require_initial_weights(with_backbone(tmp_path / 'a.pth'))
    require_initial_weights(with_backbone('torchvision://resnet34'))
    require_initial_weights(Config(dict(load_from=str(tmp_path / 'a.pth'))))
    normal = dict(type='Normal', layer='Conv2d')
    require_initial_weights(
        Config(dict(model=dict(init_cfg=[normal], neck=None), load_from=None))
    )


def test_missing_start(tmp_path):
    """The message on a missing load_from says where it is published, and how to start
    without it."""
    cfg = Config(dict(load_from=str(tmp_path / 'ctdet_coco_dla_2x.pth')))
    with pytest.raises(
        CheckpointError,
        match=r'ctdet_coco_dla_2x\.pth does not exist.*xingyizhou/CenterNet.*'
        'pretrained_dir=FOLDER.*load_from=None',
    ):
        require_initial_weights(cfg)


def test_missing_backbone(tmp_path):
    """A missing file of a backbone names the key that asks for it."""
    with pytest.raises(
        CheckpointError,
        match=r'own\.pth does not exist, the weights that this training starts from: .*'
        r'model\.detector\.backbone\.init_cfg=None',
    ):
        require_initial_weights(with_backbone(tmp_path / 'own.pth'))


def test_missing_resume_checkpoint(tmp_path):
    """A checkpoint to resume from is no initial weight: it is just missing."""
    cfg = Config(dict(load_from=str(tmp_path / 'epoch_3.pth'), resume=True))
    with pytest.raises(CheckpointError, match=r'checkpoint .*epoch_3\.pth does not'):
        require_initial_weights(cfg)


def test_unreadable(tmp_path):
    """A file of load_from that is damaged is refused before anything slow is done."""
    (tmp_path / 'half.pth').write_bytes(b'PK\x03\x04')
    with pytest.raises(CheckpointError, match=r'half\.pth cannot be read'):
        require_initial_weights(Config(dict(load_from=str(tmp_path / 'half.pth'))))


def test_name_of_the_zoo():
    """A training starts from a model of the zoo by its name."""
    cfg = Config(dict(load_from='fairmot_yolov5s_lite'))
    require_initial_weights(cfg)
    assert Path(cfg.load_from).name == 'fairmot_yolov5s-lite.pth'
    assert Path(cfg.load_from).is_file()
