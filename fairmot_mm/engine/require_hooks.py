"""Hooks without which a training would not do what its config says."""

from typing import Any

from mmengine.dist import get_world_size
from mmengine.hooks import DistSamplerSeedHook, Hook, ParamSchedulerHook
from mmengine.runner import Runner

from fairmot_mm.engine.hooks.corrupt_image_hook import CorruptImageHook
from fairmot_mm.engine.hooks.flag_exchange_hook import FlagRaiser, find_flag_exchange
from fairmot_mm.engine.hooks.row_shard_hook import RowShardHook
from fairmot_mm.models.layers.row_shard import row_shards
from fairmot_mm.utils.errors import ConfigError


def require_hooks(runner: Runner) -> None:
    """Check that no hook was left out that another part of a training relies on.

    Args:
        runner: A Runner that has not started yet.

    Raises:
        ConfigError: A hook is missing; the message says what relies on it, and how to
            do without both.
    """
    if any(isinstance(hook, FlagRaiser) for hook in runner.hooks):
        find_flag_exchange(runner)
    if runner.param_schedulers:
        _require(
            runner,
            ParamSchedulerHook,
            'param_scheduler',
            'without it the schedules of param_scheduler have no effect; to train at a '
            'constant rate, set param_scheduler=None too',
        )
    if get_world_size() > 1 and row_shards(runner.model):
        _require(
            runner,
            RowShardHook,
            'row_shard',
            'without it a checkpoint has only the identities of the first process; '
            'PartialClassifier needs it with several processes',
        )
    loader: Any = runner._train_dataloader
    dataset = loader.get('dataset') if isinstance(loader, dict) else loader.dataset
    if isinstance(dataset, dict) and dataset.get('on_corrupt') == 'skip':
        _require(
            runner,
            CorruptImageHook,
            'corrupt_images',
            'without it nobody learns which images were replaced; '
            "train_dataloader.dataset.on_corrupt='skip' needs it",
        )
    sampler = loader.get('sampler') if isinstance(loader, dict) else loader.sampler
    if isinstance(sampler, dict) and sampler.get('shuffle', True):
        try:
            _require(
                runner,
                DistSamplerSeedHook,
                'sampler_seed',
                'every epoch has the same order and the same augmentation',
            )
        except ConfigError as error:
            runner.logger.warning(str(error))


def _require(runner: Runner, kind: type[Hook], name: str, reason: str) -> None:
    if not any(isinstance(hook, kind) for hook in runner.hooks):
        raise ConfigError(
            f'default_hooks.{name}=None leaves out the {kind.__name__}: {reason}'
        )
