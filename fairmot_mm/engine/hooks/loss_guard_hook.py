"""Stop at a loss or gradient that is not finite, or leave its batch out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import torch
from mmengine.dist import all_gather_object
from mmengine.hooks import Hook
from mmengine.optim import AmpOptimWrapper
from mmengine.runner import Runner
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.utils.hooks import RemovableHandle

from fairmot_mm.engine.bare_model import bare_model
from fairmot_mm.engine.hooks.flag_exchange_hook import (
    FlagExchangeHook,
    find_flag_exchange,
)
from fairmot_mm.models.layers.row_shard import gradient_norm, row_shards
from fairmot_mm.registry import HOOKS
from fairmot_mm.utils.boxes import box_sizes
from fairmot_mm.utils.contracts import require_choice
from fairmot_mm.utils.errors import DivergedError

Samples = Sequence[Any] | None  # what is known of the images of a batch


@dataclass
class _Iteration:
    """What is kept about an iteration until all processes know that it was good."""

    number: int  # from 1
    samples: Samples
    losses: dict[str, Tensor]
    loss: Tensor  # scalar
    bad_loss: Tensor  # bool scalar
    bad_gradient: Tensor | Literal[False] = False  # bool scalar
    norm: Tensor | None = None  # of the gradient, scalar, where there was an update
    update: Sequence[Samples] = ()  # the batches of that update

    def fault(self) -> tuple[int, bool] | None:
        """Number of the iteration and whether only its gradient is bad."""
        if self.bad_loss:
            return self.number, False
        return (self.number, True) if self.bad_gradient else None

    def describe(self, only_gradient: bool) -> str:
        """Name the losses and the images; a bad gradient has those of its update."""
        losses = ', '.join(f'{key} {v.item():.4g}' for key, v in self.losses.items())
        what, batches = f'loss {self.loss.item():.4g}', [self.samples]
        if only_gradient and self.norm is not None:
            what, batches = f'gradient {self.norm.item():.4g}', [*self.update]
        images = [line for samples in batches for line in _describe_images(samples)]
        return f'{what} ({losses}) of {"; ".join(images)}'


@HOOKS.register_module()
class LossGuardHook(Hook):
    """Stop at a bad loss or gradient, or leave the batch out.

    A loss or gradient is bad if it is not finite; a loss also if it is above
    `max_loss`. The message names the losses and, for every image of the batch, its
    file, people, identities and largest box; for a gradient, those of every image of
    the update. Gradients are not checked where a loss scaler (float16) checks them.

    With ``'stop'`` the processes exchange whether a batch was bad at the interval of
    the `FlagExchangeHook`, and before a checkpoint is saved or weights are validated.
    Until then the weights on a GPU may have learned from the batch, but no file ever
    holds them; on a CPU they have not.

    With ``'skip'`` nothing may be learned from the batch. So the processes exchange
    their flags in every iteration, before the backward pass; all leave the batch out
    together, so that their weights stay the same, and running means are put back to
    what they were before it.

    Args:
        action: ``'stop'`` or ``'skip'``.
        max_loss: A larger loss is bad; it catches boxes of absurd size.
        max_skipped: Number of iterations left out in a row after which ``'skip'`` stops
            too, because then the weights are bad.

    Raises:
        ConfigError: `action` is unknown.
    """

    def __init__(
        self,
        action: Literal['stop', 'skip'] = 'stop',
        max_loss: float = 1e6,
        max_skipped: int = 20,
    ) -> None:
        require_choice('action', action, ('stop', 'skip'))
        self.action = action
        self.max_loss = max_loss
        self.max_skipped = max_skipped
        self.num_skipped = 0  # in a row
        self._exchange: FlagExchangeHook
        self._handles: list[RemovableHandle] = []
        self._current: _Iteration
        self._unchecked: list[_Iteration] = []  # since the last exchange
        self._checked: list[_Iteration] = []  # in the last exchange
        self._samples: Samples = None  # of the current batch
        self._update: list[Samples] = []  # batches that the current update learns from
        self._buffers: list[Tensor] = []  # as they were before the batch
        self._leave_out = False

    def before_train(self, runner: Runner) -> None:
        """Listen to the losses of the model and to the steps of the optimizer.

        Raises:
            ConfigError: The Runner has no `FlagExchangeHook`.
        """
        self.after_train(runner)
        self._exchange = find_flag_exchange(runner)
        model = bare_model(runner.model)
        sharded = [p for s in row_shards(model).values() for p in s.parameters()]

        def after_forward(
            module: nn.Module, inputs: tuple, outputs: Any
        ) -> dict[str, Tensor] | None:
            if not module.training or not isinstance(outputs, dict):
                return None
            return self._look_at_losses(runner, outputs, sharded)

        def before_step(optimizer: Optimizer, *_: Any) -> None:
            self._look_at_gradient(runner, sharded)

        optimizer = runner.optim_wrapper.optimizer
        self._handles = [
            model.register_forward_hook(after_forward),
            optimizer.register_step_pre_hook(before_step),
        ]

    def after_train(self, runner: Runner) -> None:
        """Leave model and optimizer as they were, and forget the iterations."""
        for handle in self._handles:
            handle.remove()
        self._handles, self._unchecked, self._checked, self._update = [], [], [], []

    after_failure = after_train

    def before_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None
    ) -> None:
        """Remember the batch without its images, and the running means before it.

        Args:
            runner: The Runner of the training.
            batch_idx: Not used.
            data_batch: Batch of the pipeline, with ``data_samples``.
        """
        packed = isinstance(data_batch, dict) and 'data_samples' in data_batch
        self._samples = data_batch['data_samples'] if packed else None
        if runner.optim_wrapper.should_update():  # the last iteration did
            self._update = []
        if self.action == 'skip':
            self._buffers = [buffer.clone() for buffer in runner.model.buffers()]

    def _look_at_losses(
        self, runner: Runner, outputs: dict[str, Tensor], sharded: list[nn.Parameter]
    ) -> dict[str, Tensor] | None:
        """Note whether the loss is bad; to leave the batch out, give other losses."""
        model = bare_model(runner.model)
        loss = model.parse_losses(outputs)[0].detach()
        losses = {n: v.detach() for n, v in outputs.items() if isinstance(v, Tensor)}
        bad = ~loss.isfinite() | (loss > self.max_loss)
        self._current = _Iteration(runner.iter + 1, self._samples, losses, loss, bad)
        self._unchecked.append(self._current)
        if self.action == 'skip':
            self._leave_out = False
            self._exchange.exchange(runner, self._current.number)
            if self._leave_out:
                # Every process must update, and accumulation counts the iteration.
                others = {*model.parameters()} - {*sharded}
                return {'loss': sum(p.sum() for p in others if p.requires_grad) * 0}
        self._update.append(self._samples)
        return None

    def _look_at_gradient(self, runner: Runner, sharded: list[nn.Parameter]) -> None:
        """Note whether the gradient is bad; to leave the update out, clear it."""
        optimizer = runner.optim_wrapper.optimizer
        if not self._update:
            optimizer.zero_grad()
            return
        if isinstance(runner.optim_wrapper, AmpOptimWrapper):
            self.num_skipped = 0
            return
        skip = self.action == 'skip'
        # To skip, all processes must decide the same. To stop, each checks only its own
        # rows, without a collective.
        parameters = [*bare_model(runner.model).parameters()]
        norm = gradient_norm(parameters, sharded if skip else ())
        self._current.norm, self._current.update = norm, [*self._update]
        if not skip:
            self._current.bad_gradient = ~norm.isfinite() | self._current.bad_gradient
            # On a CPU the flag can be read without waiting. mmcv's deformable
            # convolution crashes there with weights that are not finite.
            if _is_on_cpu(norm) and self._current.fault():
                optimizer.zero_grad()
        elif norm.isfinite():
            self.num_skipped = 0
        else:
            self._report(runner, self._current, only_gradient=True)
            self._update = []
            optimizer.zero_grad()

    def own_flag(self) -> Tensor | int:
        """Give whether an iteration since the last exchange was bad.

        Returns:
            Bool scalar on the device of the losses, or 0 without iterations.
        """
        self._checked, self._unchecked = self._unchecked, []
        if not self._checked:
            return 0
        return torch.stack([i.bad_loss | i.bad_gradient for i in self._checked]).any()

    def on_flag(self, runner: Runner, flag: int) -> None:
        """Name the images of the first bad iteration; stop, or leave the batch out.

        Args:
            runner: The Runner of the training.
            flag: Not used.

        Raises:
            DivergedError: The action is to stop, or too many batches in a row were bad.
        """
        own = [fault for i in self._checked if (fault := i.fault())]
        faults = all_gather_object(min(own, default=None))
        number, only_gradient = min(fault for fault in faults if fault)
        (iteration,) = (i for i in self._checked if i.number == number)
        self._leave_out = True
        self._report(runner, iteration, only_gradient)

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Refuse to save weights that have seen a bad batch since the last exchange.

        Raises:
            DivergedError: There was a bad batch.
        """
        for iteration in self._unchecked:
            if fault := iteration.fault():
                raise _stopped(iteration.number, [iteration.describe(fault[1])])

    def _report(
        self, runner: Runner, iteration: _Iteration, only_gradient: bool
    ) -> None:
        """Name the images of all processes; stop, or put the running means back."""
        parts = all_gather_object(iteration.describe(only_gradient))
        if self.action == 'stop':
            raise _stopped(iteration.number, parts)
        message = f'iteration {iteration.number}: {" | ".join(parts)}'
        self.num_skipped += 1
        if self.num_skipped > self.max_skipped:
            raise DivergedError(
                f'{message}. {self.num_skipped} iterations in a row cannot be learned '
                'from: continue from an earlier checkpoint, with a lower learning rate'
            )
        for buffer, before in zip(runner.model.buffers(), self._buffers, strict=True):
            buffer.copy_(before)
        runner.logger.warning(f'left out: {message}')


def _is_on_cpu(tensor: Tensor) -> bool:
    return tensor.device.type == 'cpu'


def _stopped(iteration: int, parts: Sequence[str]) -> DivergedError:
    """The error that ends a training, with the losses and images of all processes."""
    return DivergedError(
        f'iteration {iteration}: {" | ".join(parts)}. Look at these images and their '
        'labels, lower the learning rate, or set '
        "default_hooks.loss_guard.action='skip'"
    )


def _describe_images(samples: Samples) -> Sequence[str]:
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
