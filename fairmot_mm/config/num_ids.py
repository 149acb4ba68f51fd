"""Counting the identities of the training data for the Re-ID head."""

import warnings
from typing import Any

from mmengine.config import Config

from fairmot_mm.config.build import build_component
from fairmot_mm.config.check_component import find_type
from fairmot_mm.registry import DATASETS, MODELS
from fairmot_mm.utils.argument_names import argument_names
from fairmot_mm.utils.dataset_configs import without_pipelines
from fairmot_mm.utils.errors import ConfigError


def set_num_ids(cfg: Config) -> None:
    """Count the identities of the training data and write the number into the config.

    ``model.detector.reid_head.num_ids`` is filled in where it is ``None``, so that the
    config that a run saves holds the number; without ``joint_classes`` it becomes the
    list of the numbers of all classes. A Re-ID head without this argument, such as
    `MetricReIDHead`, needs no number.

    Args:
        cfg: Config of a training run, changed in place.

    Raises:
        ConfigError: The config names a number that does not fit the data, or names none
            and the data set cannot count; or the box head has fewer classes than the
            data.
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
    _warn_of_empty_classes(dataset)
    if not _takes_num_ids(reid_head):
        return
    joint = reid_head.get('joint_classes', True)
    name = 'num_ids' if joint else 'num_ids_per_class'
    counted, given = getattr(dataset, name, None), reid_head.get('num_ids')
    if counted is None and given is None:
        value = 'the largest of the instances_ids of all images, plus 1'
        if not joint:
            value = 'the list of the numbers of identities of all classes'
        raise ConfigError(
            f'train_dataloader.dataset: {type(dataset).__name__} cannot count its '
            f'identities, because it has no property {name}. Set '
            f'model.detector.reid_head.num_ids to {value}; or add the property to the '
            'class'
        )
    if counted is None:
        return
    if given is None:
        reid_head.num_ids = counted
        return
    if joint:
        fits = isinstance(given, int) and given >= counted
    else:
        fits = isinstance(given, list | tuple) and [*given] == counted
    if not fits:
        raise ConfigError(
            f'model.detector.reid_head.num_ids = {given}, but the training data needs '
            f'{counted}; set it to None to have it counted'
        )


def _takes_num_ids(reid_head: dict) -> bool:
    """Whether a Re-ID head has an argument for the number of identities."""
    if 'num_ids' in reid_head or 'type' not in reid_head:
        return True
    head = find_type(reid_head, [MODELS], 'model.detector.reid_head')
    return 'num_ids' in argument_names(head)


def _warn_of_empty_classes(dataset: Any) -> None:
    """Name the classes of several that have no identity in the training data."""
    names = getattr(dataset, 'metainfo', {}).get('classes', ())
    counts = getattr(dataset, 'num_ids_per_class', None) or ()
    if len(names) < 2 or len(counts) != len(names):
        return
    empty = [name for name, count in zip(names, counts, strict=True) if not count]
    if empty:
        warnings.warn(
            f'the training data has no identity of the class {", ".join(empty)}: the '
            'network will not learn to tell its objects apart',
            stacklevel=2,
        )


def _check_num_classes(cfg: Config, dataset: Any) -> None:
    """Refuse training data of more classes than the box head has channels."""
    classes = getattr(dataset, 'metainfo', {}).get('classes', ())
    channels = cfg.model.detector.get('bbox_head', {}).get('num_classes', 1)
    if len(classes) > channels:
        raise ConfigError(
            f'the training data has the classes {tuple(classes)}, but '
            f'model.detector.bbox_head.num_classes = {channels}'
        )
