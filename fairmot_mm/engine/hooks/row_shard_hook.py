"""Save, resume and clip parameters whose rows are split over the processes."""

from contextlib import ExitStack
from functools import partial
from typing import Any

from mmengine.dist import get_world_size
from mmengine.hooks import EMAHook, Hook
from mmengine.optim import AmpOptimWrapper
from mmengine.runner import Runner
from torch import Tensor, nn

from fairmot_mm.engine.bare_model import bare_model
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
    """Train a model with a `RowShard`, such as `PartialClassifier`.

    A checkpoint holds all rows, of weights, averaged weights and the state of the
    optimizer, so it equals that of one process and any number of processes can resume
    it. Gradients are clipped by the norm over all processes, sparse ones too. A model
    without a `RowShard` is not changed.
    """

    # After the hooks that copy the model before the training, such as an EMAHook.
    priority = 'VERY_LOW'

    def __init__(self) -> None:
        self._optimizer_state: dict[int, dict[str, Tensor]] = {}
        self._undo = ExitStack()  # changes to the Runner, its model and its wrapper

    def before_run(self, runner: Runner) -> None:
        """Keep the own rows while mmengine sends the first process's weights to all."""
        self._undo.close()
        if get_world_size() > 1:
            shards = row_shards(runner.model).values()
            self._undo.enter_context(without_rows(shards))

    def before_train(self, runner: Runner) -> None:
        """Save all rows in checkpoints, and clip gradients alike in all processes.

        Raises:
            ConfigError: The loss is scaled (float16) with several processes, each of
                which would find other gradients that are not finite.
        """
        self.after_train(runner)
        sharded = [parameter for parameter, _ in _sharded(runner).values()]
        if not sharded:
            return
        wrapper = runner.optim_wrapper
        if get_world_size() > 1:
            if isinstance(wrapper, AmpOptimWrapper):
                raise ConfigError(
                    'identities that are split over processes cannot be trained with '
                    "float16: set optim_wrapper.type='BFloat16OptimWrapper'"
                )
            self._save_whole_state(runner)
        if wrapper.clip_grad_kwargs and wrapper.grad_name == 'grad_norm':
            self._undo.callback(setattr, wrapper, 'clip_func', wrapper.clip_func)
            wrapper.clip_func = partial(clip_gradients, sharded=sharded)

    def _save_whole_state(self, runner: Runner) -> None:
        """Have all processes gather their rows around `Runner.save_checkpoint`.

        mmengine calls the hooks for saving only in the first process, when the others
        can no longer send their rows.
        """
        save = runner.save_checkpoint

        def save_whole(*args: Any, **kwargs: Any) -> None:
            models = [h.ema_model for h in runner.hooks if isinstance(h, EMAHook)]
            models.append(runner.model)
            shards = [s for model in models for s in row_shards(model).values()]
            self._optimizer_state = _gather_optimizer(runner)
            with whole_state(shards):
                save(*args, **kwargs)
            self._optimizer_state = {}

        runner.save_checkpoint = save_whole
        self._undo.callback(delattr, runner, 'save_checkpoint')

    def after_train(self, runner: Runner) -> None:
        """Undo every change to the Runner, its optimizer wrapper and its model."""
        self._undo.close()

    after_failure = after_train
    after_run = after_train

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Put the optimizer's state of all rows in place of that of own rows.

        Args:
            runner: The Runner of the training.
            checkpoint: What is saved; changed in place. The best checkpoint, for
                example, has no state of the optimizer.
        """
        if 'optimizer' not in checkpoint:
            return
        saved = checkpoint['optimizer']['state']
        for number, state in self._optimizer_state.items():
            saved[number] = {**saved[number], **state}

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Take the optimizer's state of the rows of this process out of all.

        Args:
            runner: The Runner of the training.
            checkpoint: What was loaded; changed in place.
        """
        saved = checkpoint.get('optimizer', {}).get('state', {})
        if runner.cfg.get('resume') and saved:
            for number, (_, shard) in _sharded(runner).items():
                rows = {k: shard.take(v) for k, v in _row_values(saved[number])}
                saved[number] = {**saved[number], **rows}


def _sharded(runner: Runner) -> dict[int, tuple[nn.Parameter, RowShard]]:
    """Parameters whose rows are split, by their number in the optimizer."""
    model = bare_model(runner.model)
    shards = {
        id(parameter): shard
        for shard in row_shards(model).values()
        for parameter in shard.parameters(recurse=False)
    }
    groups = runner.optim_wrapper.optimizer.param_groups
    trained = enumerate(parameter for group in groups for parameter in group['params'])
    return {n: (p, shards[id(p)]) for n, p in trained if id(p) in shards}


def _gather_optimizer(runner: Runner) -> dict[int, dict[str, Tensor]]:
    """The optimizer's state of all rows, in the first process, by parameter."""
    optimizer = runner.optim_wrapper.optimizer
    return {
        number: {k: shard.gather(v) for k, v in _row_values(optimizer.state[parameter])}
        for number, (parameter, shard) in _sharded(runner).items()
        if optimizer.state.get(parameter)
    }


def _row_values(state: dict[str, Any]) -> list[tuple[str, Tensor]]:
    """The state of a parameter in an optimizer without numbers, such as the step."""
    return [(k, v) for k, v in state.items() if isinstance(v, Tensor) and v.ndim]
