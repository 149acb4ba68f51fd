"""Stop at a loss or gradient that is not finite, or leave its batch out."""

from collections.abc import Sequence
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
from fairmot_mm.engine.guarded_iteration import GuardedIteration, Samples
from fairmot_mm.engine.hooks.flag_exchange_hook import (
    FlagExchangeHook,
    find_flag_exchange,
)
from fairmot_mm.engine.logged_values import LoggedValues
from fairmot_mm.engine.lost_iterations import LostIterations
from fairmot_mm.models.layers.row_shard import gradient_norm, row_shards
from fairmot_mm.registry import HOOKS
from fairmot_mm.utils.contracts import require_choice, require_range
from fairmot_mm.utils.errors import DivergedError

REFUSED = 'refused_updates'  # name of the logged value
_FEW = 5  # batches that may be left out, whatever their share


@HOOKS.register_module()
class LossGuardHook(Hook):
    """Stop at a bad loss or gradient, or leave the batch out.

    A loss or gradient is bad if it is not finite; a loss also if it is above
    `max_loss`. The message names the losses and, for every image of the batch, its
    file, people, identities and largest box; for a gradient, those of every image of
    the update.

    With ``'stop'`` the processes exchange whether a batch was bad at the interval of
    the `FlagExchangeHook`, and before a checkpoint is saved or weights are validated.
    Until then the weights on a GPU may have learned from the batch, but no file ever
    holds them; on a CPU they have not.

    With ``'skip'`` nothing may be learned from the batch. So the processes exchange
    their flags in every iteration, before the backward pass; all leave the batch out
    together, so that their weights stay the same, and running means are put back to
    what they were before it. The log has no values of the batch.

    A loss scaler (float16) checks gradients itself and refuses an update with a bad
    one, about sixteen times at the start and now and then afterwards. The hook counts
    these updates, as ``refused_updates`` in the log, and stops if there are too many,
    with either action.

    Args:
        action: ``'stop'`` or ``'skip'``.
        max_loss: The loss that is minimised, the weighted sum of all losses, is bad
            above this number. A box of the wrong size is noticed only if it lifts this
            sum above the number: ``tools/misc/check_dataset.py`` finds such boxes.
        max_skipped: Number of iterations, or of refused updates, without learning in a
            row after which the run stops with either action, because then the weights
            are bad.
        max_skipped_share: Share of the last 1000 iterations (fewer at the start) that
            may be left out; with more, and more than 5, the run stops. Of iterations
            whose update a loss scaler refused, more than `max_skipped` must be lost.

    Raises:
        ConfigError: A value is unknown or out of its range.
    """

    def __init__(
        self,
        action: Literal['stop', 'skip'] = 'stop',
        max_loss: float = 1e6,
        max_skipped: int = 20,
        max_skipped_share: float = 0.1,
    ) -> None:
        require_choice('action', action, ('stop', 'skip'))
        require_range(max_loss=max_loss, above=0)
        require_range(max_skipped=max_skipped, low=0)
        require_range(max_skipped_share=max_skipped_share, low=0, high=1)
        self.action = action
        self.max_loss = max_loss
        self._lost = LostIterations(max_skipped, max_skipped_share)
        self._num_updates = 0  # as the optimizer wrapper counts, before the batch
        self._stepped = False  # whether the optimizer took a step with the batch
        self._logged: LoggedValues  # before the batch
        self._exchange: FlagExchangeHook
        self._handles: list[RemovableHandle] = []
        self._current: GuardedIteration
        self._unchecked: list[GuardedIteration] = []  # since the last exchange
        self._checked: list[GuardedIteration] = []  # in the last exchange
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
        self._lost.start(runner.iter)
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
        """Remember the batch without its images, and the running means before it."""
        packed = isinstance(data_batch, dict) and 'data_samples' in data_batch
        self._samples = data_batch['data_samples'] if packed else None
        if runner.optim_wrapper.should_update():  # the last iteration did
            self._update = []
        self._leave_out = self._stepped = False
        self._num_updates = runner.optim_wrapper.inner_count
        self._logged = LoggedValues(runner.message_hub)
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
        self._current = GuardedIteration(
            runner.iter + 1, self._samples, losses, loss, bad
        )
        self._unchecked.append(self._current)
        if self.action == 'skip':
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
        # A loss scaler leaves it to a fused optimizer to refuse.
        if getattr(optimizer, 'found_inf', None):
            return
        self._stepped = True
        if not self._update:
            optimizer.zero_grad()
            return
        if isinstance(runner.optim_wrapper, AmpOptimWrapper):
            self._lost.in_a_row = 0
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
            # convolution, where a config names it, crashes there with weights that
            # are not finite.
            if _is_on_cpu(norm) and self._current.fault():
                optimizer.zero_grad()
        elif norm.isfinite():
            self._lost.in_a_row = 0
        else:
            self._report(runner, self._current, only_gradient=True)
            self._update = []
            optimizer.zero_grad()

    def own_flag(self) -> Tensor | int:
        """Give whether an iteration since the last exchange was bad."""
        self._checked, self._unchecked = self._unchecked, []
        if not self._checked:
            return 0
        return torch.stack([i.bad_loss | i.bad_gradient for i in self._checked]).any()

    def on_flag(self, runner: Runner, flag: int) -> None:
        """Name the images of the first bad iteration; stop, or leave the batch out.

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

    def after_train_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: Any = None,
        outputs: dict | None = None,
    ) -> None:
        """Count an update that a loss scaler refused; keep bad values out of the log.

        Raises:
            DivergedError: There were too many such updates.
        """
        wrapper = runner.optim_wrapper
        updated = wrapper.inner_count > self._num_updates and wrapper.should_update()
        refused = updated and not self._stepped
        if self._leave_out:
            self._logged.forget(outputs or ())
        if refused or (updated and not self._update):
            self._logged.forget(('grad_norm', 'grad_value'))
        if not refused:
            return
        hub = runner.message_hub
        count = hub.get_info(REFUSED, 0) + 1
        hub.update_info(REFUSED, count)
        hub.update_scalar(f'train/{REFUSED}', count)
        current, few = self._current, self._lost.max_in_a_row
        too_many = self._lost.add(current.number, len(self._update), few)
        if too_many:
            current.norm, current.update = torch.tensor(torch.nan), self._update
            parts = all_gather_object(current.describe(only_gradient=True))
            raise DivergedError(
                f'iteration {current.number}: {" | ".join(parts)}. The loss scaler '
                f'refuses the gradients: {too_many}: look at these images, lower the '
                "learning rate, or set optim_wrapper.type='BFloat16OptimWrapper'"
            )

    def _report(
        self, runner: Runner, iteration: GuardedIteration, only_gradient: bool
    ) -> None:
        """Name the images of all processes; stop, or put the running means back."""
        parts = all_gather_object(iteration.describe(only_gradient))
        if self.action == 'stop':
            raise _stopped(iteration.number, parts)
        message = f'iteration {iteration.number}: {" | ".join(parts)}'
        num_batches = len(iteration.update) if only_gradient else 1
        too_many = self._lost.add(iteration.number, num_batches, _FEW)
        if too_many:
            raise DivergedError(
                f'{message}. {too_many}: look at these images and their labels, or '
                'continue from an earlier checkpoint, with a lower learning rate'
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
