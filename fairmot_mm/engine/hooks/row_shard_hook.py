"""Saving, resuming and clipping what is dealt out to the processes."""

from collections.abc import Sequence
from typing import Any

from mmengine.dist import get_world_size
from mmengine.hooks import EMAHook, Hook
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner
from torch import Tensor, nn

from fairmot_mm.models.layers.row_shard import (
    RowShard,
    clip_gradients,
    row_shards,
    whole_state,
    without_rows,
)
from fairmot_mm.registry import HOOKS
from fairmot_mm.utils.errors import ConfigError


@HOOKS.register_module()
class RowShardHook(Hook):
    """Train a model of which some rows are dealt out (`PartialClassifier`).

    A checkpoint holds all rows, of weights, averaged weights and the state of the
    optimizer, so it is that of one process and any number of processes resumes it.
    Gradients are clipped by the norm over all processes, sparse ones too. A model
    without such rows is left alone.

    Raises:
        ConfigError: The loss is scaled (float16) with several processes, each of which
            would find other gradients that are not finite.
    """

    def __init__(self) -> None:
        self._optimizer_state: dict[int, dict[str, Tensor]] = {}

    def before_run(self, runner: Runner) -> None:
        """Gather all rows whenever a checkpoint is saved, and keep each its own."""
        if get_world_size() == 1 or not row_shards(runner.model):
            return
        # Its last step gives the weights of the first process to all.
        initialize, save = runner._init_model_weights, runner.save_checkpoint

        def initialize_others() -> None:
            with without_rows(row_shards(runner.model).values()):
                initialize()

        def save_whole(*args: Any, **kwargs: Any) -> None:
            averages = [
                hook.ema_model for hook in runner.hooks if isinstance(hook, EMAHook)
            ]
            shards = [
                shard
                for model in (runner.model, *averages)
                for shard in row_shards(model).values()
            ]
            self._optimizer_state = _gather_optimizer(runner)
            with whole_state(shards):
                save(*args, **kwargs)
            self._optimizer_state = {}

        runner._init_model_weights = initialize_others
        runner.save_checkpoint = save_whole

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Put the state of all rows in place of that of the first process."""
        saved = checkpoint.get('optimizer', {}).get('state', {})
        for number, state in self._optimizer_state.items():
            saved[number] = {**saved[number], **state}

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Leave the optimizer the state of the rows of this process."""
        saved = checkpoint.get('optimizer', {}).get('state', {})
        if runner.cfg.get('resume') and saved:
            for number, (_, shard) in _dealt_out(runner).items():
                saved[number] = {
                    key: shard.take(value)
                    if isinstance(value, Tensor) and value.ndim
                    else value
                    for key, value in saved[number].items()
                }

    def before_train(self, runner: Runner) -> None:
        """Have gradients clipped alike in all processes."""
        wrapper = runner.optim_wrapper
        dealt_out = [parameter for parameter, _ in _dealt_out(runner).values()]
        if not dealt_out:
            return
        if hasattr(wrapper, 'loss_scaler') and get_world_size() > 1:
            raise ConfigError(
                'identities that are dealt out to several processes cannot be trained '
                "with float16: set optim_wrapper.type='BFloat16OptimWrapper'"
            )

        def clip(params: Sequence[nn.Parameter], **kwargs: Any) -> Tensor:
            return clip_gradients(params, dealt_out, **kwargs)

        if wrapper.clip_grad_kwargs and wrapper.grad_name == 'grad_norm':
            wrapper.clip_func = clip


def _dealt_out(runner: Runner) -> dict[int, tuple[nn.Parameter, RowShard]]:
    """Parameters that are dealt out, by their number in the optimizer."""
    wrapped = is_model_wrapper(runner.model)
    model = runner.model.module if wrapped else runner.model
    shards = {
        id(parameter): shard
        for shard in row_shards(model).values()
        for parameter in shard.parameters(recurse=False)
    }
    groups = runner.optim_wrapper.optimizer.param_groups
    trained = [parameter for group in groups for parameter in group['params']]
    return {
        number: (parameter, shards[id(parameter)])
        for number, parameter in enumerate(trained)
        if id(parameter) in shards
    }


def _gather_optimizer(runner: Runner) -> dict[int, dict[str, Tensor]]:
    """The optimizer's state of all rows, in the first process, by parameter."""
    optimizer = runner.optim_wrapper.optimizer
    return {
        number: {
            key: shard.gather(value)
            for key, value in optimizer.state[parameter].items()
            if isinstance(value, Tensor) and value.ndim
        }
        for number, (parameter, shard) in _dealt_out(runner).items()
        if optimizer.state.get(parameter)
    }
