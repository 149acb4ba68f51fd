"""No silent NaN: what to do about a loss or a gradient that cannot be learned from."""

import logging
from collections.abc import Sequence
from functools import wraps
from typing import Any, Literal

from mmengine.dist import all_gather_object, all_reduce
from mmengine.hooks import Hook
from mmengine.logging import print_log
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner
from torch import Tensor, nn

from fairmot_mm.registry import HOOKS
from fairmot_mm.utils.errors import ConfigError, DivergedError


@HOOKS.register_module()
class LossGuardHook(Hook):
    """Stop, or leave a batch out, before a bad loss or gradient reaches the weights.

    Bad is what is not finite, and a loss above `max_loss`. The message names the losses
    and, for every image of the batch, its file, people, identities and largest box. A
    batch is left out by all processes together, so that their weights stay the same.
    Gradients are not looked at where a loss scaler (float16) does so itself.

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
        self._learned = False  # whether the current update has anything in it

    def before_train(self, runner: Runner) -> None:
        """Stand between the losses, their gradients and the weights."""
        wrapped = is_model_wrapper(runner.model)
        model = runner.model.module if wrapped else runner.model
        model.register_forward_hook(self._keep_losses)
        wrapper = runner.optim_wrapper
        update_params, step = wrapper.update_params, wrapper.step

        def guarded_update(loss: Tensor, *args: Any, **kwargs: Any) -> None:
            if self._is_bad(loss):
                self._report(runner, 'loss', loss.item())
                # Through the usual way, so that accumulation and processes keep step.
                loss = sum(p.sum() for p in model.parameters() if p.requires_grad) * 0
            else:
                self._learned = True
            update_params(loss, *args, **kwargs)

        @wraps(step)  # schedulers look for a mark that they left on it
        def guarded_step(**kwargs: Any) -> None:
            learned, self._learned = self._learned, False
            norm = None if hasattr(wrapper, 'loss_scaler') else _gradient_norm(model)
            if learned and norm is not None and not norm.isfinite():
                self._report(runner, 'gradient', norm.item())
            elif learned:
                self.num_skipped = 0
                step(**kwargs)

        wrapper.update_params, wrapper.step = guarded_update, guarded_step

    def before_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None
    ) -> None:
        """Remember the batch."""
        self._batch = data_batch

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

    def _report(self, runner: Runner, what: str, value: float) -> None:
        """Say what was met and, unless it is to be left out, stop."""
        self.num_skipped += 1
        losses = ', '.join(f'{name} {v.item():.4g}' for name, v in self._losses.items())
        own = f'{what} {value:.4g} ({losses}) of {"; ".join(_images(self._batch))}'
        message = f'iteration {runner.iter + 1}: ' + ' | '.join(all_gather_object(own))
        buffers_fit = all(b.isfinite().all() for b in runner.model.buffers())
        if self.action == 'stop':
            raise DivergedError(
                f'{message}. Look at these images and their labels, lower the learning '
                "rate, or set default_hooks.loss_guard.action='skip'"
            )
        if not buffers_fit or self.num_skipped > self.max_skipped:
            raise DivergedError(
                f'{message}. {self.num_skipped} iterations in a row cannot be learned '
                'from: go on from a checkpoint before, with a lower learning rate'
            )
        print_log(f'left out: {message}', 'current', logging.WARNING)


def _gradient_norm(model: nn.Module) -> Tensor:
    return nn.utils.get_total_norm(
        [p.grad for p in model.parameters() if p.grad is not None]
    )


def _images(batch: Any) -> Sequence[str]:
    """File, people, identities and largest box of every image of a batch."""
    samples = batch.get('data_samples', []) if isinstance(batch, dict) else []
    lines = []
    for sample in samples:
        truth = sample.gt_instances
        boxes = getattr(truth.bboxes, 'tensor', truth.bboxes).reshape(-1, 4)
        largest = (boxes[:, 2:] - boxes[:, :2]).amax().item() if len(boxes) else 0
        known = (truth.instances_ids >= 0).sum().item()
        path = sample.metainfo.get('img_path', 'an image')
        lines.append(
            f'{path}: {len(boxes)} people, {known} with identity, largest box '
            f'{largest:.0f} pixels'
        )
    return lines or ['an unknown batch']
