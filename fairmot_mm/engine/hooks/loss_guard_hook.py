"""No silent NaN: what to do about a loss or a gradient that cannot be learned from."""

import logging
from collections.abc import Sequence
from functools import wraps
from typing import Any, Literal

import torch
from mmengine.dist import all_gather_object, all_reduce
from mmengine.hooks import Hook
from mmengine.logging import print_log
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner
from torch import Tensor, nn

from fairmot_mm.models.layers.row_shard import gradient_norm, row_shards
from fairmot_mm.registry import HOOKS
from fairmot_mm.utils.boxes import box_sizes
from fairmot_mm.utils.errors import ConfigError, DivergedError


@HOOKS.register_module()
class LossGuardHook(Hook):
    """Stop, or leave a batch out, before a bad loss or gradient reaches the weights.

    Bad is what is not finite, and a loss above `max_loss`. The message names the losses
    and, for every image of the batch, its file, people, identities and largest box; for
    a gradient, those of every image of the update. A batch is left out by all processes
    together, so that their weights stay the same; running means are put back to what
    they were before it. Gradients are not looked at where a loss scaler (float16) does
    so itself.

    Args:
        action: 'stop' or 'skip'.
        max_loss: A larger loss is bad; it catches boxes of absurd size.
        max_skipped: Iterations left out in a row after which 'skip' stops too: then it
            is the weights that are bad.

    Raises:
        ConfigError: Unknown `action`.
    """

    def __init__(
        self,
        action: Literal['stop', 'skip'] = 'stop',
        max_loss: float = 1e6,
        max_skipped: int = 20,
    ) -> None:
        if action not in ('stop', 'skip'):
            raise ConfigError(f"action must be 'stop' or 'skip', not {action!r}")
        self.action = action
        self.max_loss = max_loss
        self.max_skipped = max_skipped
        self.num_skipped = 0  # in a row
        self._losses: dict[str, Tensor] = {}
        self._batch: Any = None
        self._update: list[Any] = []  # batches that the current update has learned from
        self._buffers: list[Tensor] = []  # as they were before the batch

    def before_train(self, runner: Runner) -> None:
        """Stand between the losses, their gradients and the weights."""
        wrapped = is_model_wrapper(runner.model)
        model = runner.model.module if wrapped else runner.model
        model.register_forward_hook(self._keep_losses)
        dealt_out = [
            p for shard in row_shards(model).values() for p in shard.parameters()
        ]
        others = {*model.parameters()} - {*dealt_out}
        wrapper = runner.optim_wrapper
        update_params, step = wrapper.update_params, wrapper.step

        def guarded_update(loss: Tensor, *args: Any, **kwargs: Any) -> None:
            if self._is_bad(loss):
                self._report(runner, 'loss', loss.item())
                # Through the usual way, so that accumulation and processes keep step.
                loss = sum(p.sum() for p in others if p.requires_grad) * 0
            else:
                self._update.append(self._batch)
            update_params(loss, *args, **kwargs)

        @wraps(step)  # schedulers look for a mark that they left on it
        def guarded_step(**kwargs: Any) -> None:
            learned, self._update = self._update, []
            norm = torch.zeros(())
            if not hasattr(wrapper, 'loss_scaler'):
                norm = gradient_norm([*model.parameters()], dealt_out)
            if learned and not norm.isfinite():
                self._report(runner, 'gradient', norm.item(), learned)
            elif learned:
                self.num_skipped = 0
                step(**kwargs)

        wrapper.update_params, wrapper.step = guarded_update, guarded_step

    def before_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None
    ) -> None:
        """Remember the batch, and what must not be left of a bad one."""
        # Not the images: those of an accumulated update would add up.
        self._batch = data_batch.get('data_samples') if _is_packed(data_batch) else None
        if self.action == 'skip':
            self._buffers = [buffer.clone() for buffer in runner.model.buffers()]

    def _keep_losses(self, model: nn.Module, inputs: tuple, outputs: Any) -> None:
        if model.training and isinstance(outputs, dict):
            self._losses = {
                name: value.detach()
                for name, value in outputs.items()
                if isinstance(value, Tensor)
            }

    def _is_bad(self, loss: Tensor) -> bool:
        bad = (~loss.detach().isfinite() | (loss.detach() > self.max_loss)).int()
        all_reduce(bad, 'max')
        return bool(bad)

    def _report(
        self, runner: Runner, what: str, value: float, batches: Sequence[Any] = ()
    ) -> None:
        """Say what was met and, unless it is to be left out, stop."""
        self.num_skipped += 1
        losses = ', '.join(f'{name} {v.item():.4g}' for name, v in self._losses.items())
        images = [line for batch in batches or [self._batch] for line in _images(batch)]
        own = f'{what} {value:.4g} ({losses}) of {"; ".join(images)}'
        message = f'iteration {runner.iter + 1}: ' + ' | '.join(all_gather_object(own))
        if self.action == 'stop':
            raise DivergedError(
                f'{message}. Look at these images and their labels, lower the learning '
                "rate, or set default_hooks.loss_guard.action='skip'"
            )
        if self.num_skipped > self.max_skipped:
            raise DivergedError(
                f'{message}. {self.num_skipped} iterations in a row cannot be learned '
                'from: go on from a checkpoint before, with a lower learning rate'
            )
        for buffer, before in zip(runner.model.buffers(), self._buffers, strict=True):
            buffer.copy_(before)
        print_log(f'left out: {message}', 'current', logging.WARNING)


def _is_packed(batch: Any) -> bool:
    return isinstance(batch, dict) and 'data_samples' in batch


def _images(samples: Sequence[Any] | None) -> Sequence[str]:
    """File, people, identities and largest box of every image of a batch."""
    lines = []
    for sample in samples or ():
        truth = sample.gt_instances
        boxes = getattr(truth.bboxes, 'tensor', truth.bboxes).reshape(-1, 4)
        largest = box_sizes(boxes).amax().item() if len(boxes) else 0
        known = (truth.instances_ids >= 0).sum().item()
        path = sample.metainfo.get('img_path', 'an image')
        lines.append(
            f'{path}: {len(boxes)} people, {known} with identity, largest box '
            f'{largest:.0f} pixels'
        )
    return lines or ['an unknown batch']
