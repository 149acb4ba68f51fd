"""Checking how a run reads its data."""

import logging
from typing import Any, Literal

from mmengine.config import Config
from mmengine.dataset import InfiniteSampler
from mmengine.dist import all_gather_object, get_world_size
from mmengine.logging import print_log
from mmengine.runner import EpochBasedTrainLoop, Runner
from torch.utils.data import DataLoader

from fairmot_mm.config.check_component import check_arguments, find_type, package_of
from fairmot_mm.registry import DATA_SAMPLERS, DATASETS, LOOPS, SCOPE
from fairmot_mm.utils.dataset_configs import inner_datasets
from fairmot_mm.utils.errors import ConfigError

Mode = Literal['train', 'test']
# What mmengine takes out before it builds torch's DataLoader.
_OF_MMENGINE = ('num_batch_per_epoch', 'disable_subprocess_warning')
_OF_WORKERS = (
    'persistent_workers',
    'prefetch_factor',
    'multiprocessing_context',
    'timeout',
)
# Samplers of mmdet that ask a data set for what an image list does not have.
_FOR_OTHER_DATA = (
    'AspectRatioBatchSampler',
    'TrackAspectRatioBatchSampler',
    'MultiDataAspectRatioBatchSampler',
    'ClassAwareSampler',
    'TrackImgSampler',
)
_WRAPPERS = ('ClassBalancedDataset', 'ConcatDataset', 'RepeatDataset')


def loader_names(mode: Mode) -> tuple[str, ...]:
    """Keys of the data loaders that a run builds.

    Args:
        mode: Whether it trains (and validates) or tests.
    """
    kinds = ('train', 'val') if mode == 'train' else ('test',)
    return tuple(f'{kind}_dataloader' for kind in kinds)


def check_loader(cfg: Config, name: str) -> None:
    """Check the keys and values of a data loader.

    Args:
        cfg: Config of a run.
        name: Key of the loader, as in ``train_dataloader``; it may be missing.

    Raises:
        ConfigError: A key is unknown, a value is of a wrong type, a data set is inside
            one that would mix up its identities, or a sampler does not fit the data set
            or the loop.
    """
    loader = cfg.get(name)
    if not isinstance(loader, dict):
        return
    check_arguments(loader, DataLoader, name, also=_OF_MMENGINE)
    _check_wrappers(loader.get('dataset'), f'{name}.dataset')
    _check_samplers(cfg, name)


def prepare_loaders(cfg: Config, mode: Mode) -> None:
    """Make sure that data loaders are complete, and leave out what torch refuses.

    These are options of workers where images are loaded in the process itself.

    Args:
        cfg: Config of a run, changed in place.
        mode: Whether it trains (and validates) or tests.

    Raises:
        ConfigError: A loader has no data set or no sampler.
    """
    for name in loader_names(mode):
        loader = cfg.get(name)
        if not isinstance(loader, dict):
            continue
        for key in ('dataset', 'sampler'):
            if not loader.get(key):
                raise ConfigError(f'{name} lacks the key {key!r}')
        if not loader.get('num_workers'):
            for key in _OF_WORKERS:
                loader.pop(key, None)


def warn_of_unseeded_samples(cfg: Config) -> None:
    """Warn of a sampler with which a training depends on the number of workers.

    Args:
        cfg: Config of a training run.
    """
    loader = cfg.get('train_dataloader') or {}
    sampler, dataset = loader.get('sampler'), loader.get('dataset')
    if not isinstance(sampler, dict) or not _holds_identities(dataset):
        return
    kind = find_type(sampler, [DATA_SAMPLERS], 'train_dataloader.sampler')
    if package_of(kind) in ('mmengine', 'mmdet'):
        print_log(
            f'train_dataloader.sampler: {kind.__name__} gives samples no seed of their '
            'own, so augmentation and losses depend on num_workers and on an '
            'interruption. SeededSampler gives the same at any number of workers',
            logger='current',
            level=logging.WARNING,
        )


def check_batches(runner: Runner, mode: Mode) -> None:
    """Make sure that the data loaders of a run have batches.

    Args:
        runner: Its loaders are built here.
        mode: Whether it trains (and validates) or tests.

    Raises:
        ConfigError: A loader gives no batch, or training processes get different
            numbers of batches.
    """
    if mode == 'train':
        _require_batches(runner.train_loop.dataloader, 'train_dataloader', equal=True)
        if runner.val_loop is not None:
            _require_batches(runner.val_loop.dataloader, 'val_dataloader', equal=False)
    else:
        _require_batches(runner.test_loop.dataloader, 'test_dataloader', equal=False)


def _require_batches(loader: DataLoader, name: str, *, equal: bool) -> None:
    counts = all_gather_object(len(loader))
    dataset: Any = loader.dataset
    if equal and len(set(counts)) > 1:
        raise ConfigError(
            f'{name}: the sampler gives the processes {counts} batches; training needs '
            'the same number in each'
        )
    if sum(counts) == 0:
        raise ConfigError(
            f'{name} gives no batch: {len(dataset)} samples, batch_size='
            f'{loader.batch_size}, drop_last={loader.drop_last}, {get_world_size()} '
            f'process(es). Lower {name}.batch_size, or set {name}.drop_last=False'
        )


def _check_samplers(cfg: Config, name: str) -> None:
    """Refuse samplers that do not fit a `JDEDataset` or a loop over epochs."""
    loader = cfg[name]
    for key in ('sampler', 'batch_sampler'):
        path = f'{name}.{key}'
        if not isinstance(loader.get(key), dict) or 'type' not in loader[key]:
            continue
        kind: Any = find_type(loader[key], [DATA_SAMPLERS], path)
        if kind.__name__ in _FOR_OTHER_DATA and _holds_identities(
            loader.get('dataset')
        ):
            raise ConfigError(
                f'{path}: {kind.__name__} needs sizes, classes or videos of images, '
                'which JDEDataset does not list: use SeededSampler, or '
                'IdentityBatchSampler as the batch_sampler'
            )
        if kind is InfiniteSampler and name == 'train_dataloader' and _in_epochs(cfg):
            raise ConfigError(
                f'{path}: an epoch of {kind.__name__} never ends: use SeededSampler, '
                "or train_cfg.type='IterBasedTrainLoop' with max_iters"
            )


def _in_epochs(cfg: Config) -> bool:
    """Whether a training counts epochs."""
    loop = cfg.get('train_cfg')
    if not isinstance(loop, dict) or 'type' not in loop:
        return isinstance(loop, dict) and bool(loop.get('by_epoch', True))
    kind = find_type(loop, [LOOPS], 'train_cfg')
    return isinstance(kind, type) and issubclass(kind, EpochBasedTrainLoop)


def _check_wrappers(cfg: Any, path: str) -> None:
    """Refuse data sets around a `JDEDataset` that would mix up identities."""
    if not isinstance(cfg, dict) or not _holds_identities(cfg):
        return
    kind = find_type(cfg, [DATASETS], path)
    name = kind.__name__
    if name == 'MultiImageMixDataset':
        raise ConfigError(
            f'{path}: the transforms of {name} mix the boxes of several images and '
            'lose their identities. Leave it out; PastePeople pastes people with them'
        )
    if name in _WRAPPERS and package_of(kind) != SCOPE:
        raise ConfigError(
            f'{path}.type: {cfg["type"]} does not number identities: write '
            f'{name!r}, which stands for the one of {SCOPE}'
        )
    _check_wrappers(cfg.get('dataset'), f'{path}.dataset')
    for number, part in enumerate(cfg.get('datasets') or ()):
        _check_wrappers(part, f'{path}.datasets[{number}]')


def _holds_identities(cfg: Any) -> bool:
    """Whether a data set is a `JDEDataset`, or has one inside."""
    jde = DATASETS.get('JDEDataset')
    return any(
        issubclass(kind, jde)
        for part, place in inner_datasets(cfg)
        if 'type' in part
        and isinstance(kind := find_type(part, [DATASETS], place), type)
    )
