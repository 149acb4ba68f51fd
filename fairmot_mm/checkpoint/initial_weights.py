"""Making sure that the weights a training starts from are there."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mmengine.config import Config

from fairmot_mm.checkpoint.read_state_dict import read_state_dict
from fairmot_mm.checkpoint.zoo_weights import weights_of
from fairmot_mm.utils.errors import CheckpointError

_FAIRMOT = 'the README of FairMOT (ifzhang/FairMOT)'
_TORCHVISION = 'the models of torchvision (pytorch/vision)'
# Where the files that our configs start from are published.
SOURCES = {
    'ctdet_coco_dla_2x.pth': 'the model zoo of CenterNet (xingyizhou/CenterNet)',
    'crowdhuman_dla34.pth': _FAIRMOT,
    'fairmot_dla34.pth': _FAIRMOT,
    'hrnetv2_w18_imagenet_pretrained.pth': 'HRNet/HRNet-Image-Classification',
    'hrnetv2_w32_imagenet_pretrained.pth': 'HRNet/HRNet-Image-Classification',
    'resnet18-5c106cde.pth': _TORCHVISION,
    'resnet34-333f7ec4.pth': _TORCHVISION,
    'resnet50-19c8e357.pth': _TORCHVISION,
    'yolov5s.pt': 'release 5.0 of YOLOv5 (ultralytics/yolov5)',
}


def require_initial_weights(cfg: Config) -> None:
    """Make sure that the weights a training starts from are there.

    They are those of ``load_from``, which are read, and of every ``init_cfg`` of the
    model that names a file. ``load_from`` may be a name of the model zoo.

    Args:
        cfg: Config of a training run. A name of the zoo in ``load_from`` is replaced by
            the path of its weights.

    Raises:
        CheckpointError: A file is missing (the message says where it is published), or
            the file of ``load_from`` cannot be read, see `read_state_dict`; or the
            weights of the zoo cannot be had, see `fetch_weights`.
        OutputError: The cache folder of the zoo cannot be written.
    """
    for key, path in _named_files(cfg.get('model', {}), 'model'):
        _require_file(key, path)
    if cfg.get('load_from'):
        if not cfg.get('resume'):
            cfg.load_from = str(weights_of(cfg.load_from) or cfg.load_from)
            _require_file('load_from', cfg.load_from)
        read_state_dict(cfg.load_from)


def _named_files(node: Any, key: str) -> Iterator[tuple[str, str]]:
    """Keys and files of ``init_cfg`` anywhere below ``node``."""
    if not isinstance(node, dict):
        return
    for name, value in node.items():
        if name == 'init_cfg' and isinstance(value, dict) and value.get('checkpoint'):
            yield f'{key}.{name}', value['checkpoint']
        else:
            yield from _named_files(value, f'{key}.{name}')


def _require_file(key: str, path: str) -> None:
    # With a scheme, as in torchvision://resnet34, mmengine fetches it.
    if '://' in path or Path(path).is_file():
        return
    source = SOURCES.get(Path(path).name)
    where = f' (published in {source})' if source else ''
    raise CheckpointError(
        f'{path} does not exist, the weights that this training starts from{where}: '
        'put the file there, name its folder with --cfg-options pretrained_dir=FOLDER, '
        f'or start without the file with --cfg-options {key}=None'
    )
