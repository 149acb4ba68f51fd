"""Counting the identities of the training data for the Re-ID head."""

from typing import Any

from mmengine.config import Config

from fairmot_mm.config.build import build_component
from fairmot_mm.utils.dataset_configs import without_pipelines
from fairmot_mm.registry import DATASETS
from fairmot_mm.utils.errors import ConfigError


def set_num_ids(cfg: Config) -> None:
    """Count the identities of the training data and write the number into the config.

    ``model.detector.reid_head.num_ids`` is filled in where it is ``None``, so that the
    config that a run saves holds the number; without ``joint_classes`` it becomes the
    list of the numbers of all classes.

    Args:
        cfg: Config of a training run, changed in place.

    Raises:
        ConfigError: The config names a number that is too small for the data, or the
            box head has fewer classes than the data.
        DataError: The data cannot be read.
    """
    reid_head = cfg.model.get('detector', {}).get('reid_head')
    dataset_cfg = cfg.get('train_dataloader', {}).get('dataset')
    if reid_head is None or dataset_cfg is None:
        return
    dataset = build_component(
        without_pipelines(dataset_cfg), DATASETS, 'train_dataloader.dataset'
    )
    _check_num_classes(cfg, dataset)
    joint = reid_head.get('joint_classes', True)
    counted = getattr(dataset, 'num_ids' if joint else 'num_ids_per_class', None)
    if counted is None:
        return
    given = reid_head.get('num_ids')
    if given is None:
        reid_head.num_ids = counted
        return
    fits = given >= counted if joint else list(given) == counted
    if not fits:
        raise ConfigError(
            f'model.detector.reid_head.num_ids = {given}, but the training data needs '
            f'{counted}; set it to None to have it counted'
        )


def _check_num_classes(cfg: Config, dataset: Any) -> None:
    """Refuse training data of more classes than the box head has channels."""
    classes = dataset.metainfo.get('classes', ())
    channels = cfg.model.detector.get('bbox_head', {}).get('num_classes', 1)
    if len(classes) > channels:
        raise ConfigError(
            f'the training data has the classes {tuple(classes)}, but '
            f'model.detector.bbox_head.num_classes = {channels}'
        )
