"""One exchange between the processes for all hooks that must act together."""

from typing import Any, Protocol, runtime_checkable

import torch
from mmengine.dist import all_reduce
from mmengine.hooks import CheckpointHook, Hook
from mmengine.runner import Runner
from torch import Tensor

from fairmot_mm.registry import HOOKS
from fairmot_mm.utils.contracts import require_range
from fairmot_mm.utils.errors import ConfigError


@runtime_checkable
class FlagRaiser(Protocol):
    """A hook with a flag: a number above 0 says that all processes have to act."""

    def own_flag(self) -> Tensor | int:
        """Give what this process found since the last exchange.

        Returns:
            Integer, or int64 scalar on any device; 0 for nothing.
        """
        ...

    def on_flag(self, runner: Runner, flag: int) -> None:
        """Act on a raised flag; all processes call this together.

        Args:
            runner: The Runner of the training.
            flag: The largest flag of all processes, above 0.
        """
        ...


@HOOKS.register_module()
class FlagExchangeHook(Hook):
    """Exchange the flags of all `FlagRaiser` hooks, in one collective at an interval.

    The flags of a process stay on its device until the exchange, which takes one
    ``all_reduce`` (none with one process) and waits for the device once. Flags are also
    exchanged before a checkpoint is saved, before a validation, and at the end of an
    epoch and of the training.

    Args:
        interval: Iterations from one exchange to the next. With 1 a process acts in the
            iteration in which another one raised its flag.

    Raises:
        ConfigError: `interval` is below 1.
    """

    # After the hooks that raise flags, before those that save a checkpoint.
    priority = 'BELOW_NORMAL'

    def __init__(self, interval: int = 10) -> None:
        require_range(**{'FlagExchangeHook.interval': interval}, low=1)
        self.interval = interval
        self._raisers: list[FlagRaiser] = []
        self._exchanged = -1  # iteration of the last exchange, counted from 1

    def before_train(self, runner: Runner) -> None:
        """Find the hooks with a flag."""
        self._raisers = [hook for hook in runner.hooks if isinstance(hook, FlagRaiser)]
        self._exchanged = -1

    def exchange(self, runner: Runner, iteration: int) -> None:
        """Tell all processes the flags of each, unless this iteration has had it.

        All processes call this together.

        Args:
            runner: The Runner of the training.
            iteration: Number of the iteration, from 1.
        """
        if not self._raisers or iteration == self._exchanged:
            return
        self._exchanged = iteration
        flags = [torch.as_tensor(raiser.own_flag()) for raiser in self._raisers]
        # On the device where a flag is already: reading it would wait for the device.
        device = max((flag.device for flag in flags), key=lambda d: d.type != 'cpu')
        largest = torch.stack([flag.to(device, torch.int64) for flag in flags])
        all_reduce(largest, 'max')
        for raiser, flag in zip(self._raisers, largest.tolist(), strict=True):
            if flag:
                raiser.on_flag(runner, flag)

    def after_train_iter(self, runner: Runner, *args: Any, **kwargs: Any) -> None:
        """Exchange at the interval, and where a checkpoint comes next."""
        if (
            self.every_n_train_iters(runner, self.interval)
            or self.is_last_train_iter(runner)
            or any(_saves_now(hook, runner) for hook in runner.hooks)
        ):
            self.exchange(runner, runner.iter + 1)

    def after_train_epoch(self, runner: Runner) -> None:
        """Exchange the remaining flags of an epoch."""
        self.exchange(runner, runner.iter)

    def before_val(self, runner: Runner) -> None:
        """Exchange before the weights are validated."""
        self.exchange(runner, runner.iter)


def find_flag_exchange(runner: Runner) -> FlagExchangeHook:
    """Find the exchange that a hook with a flag depends on.

    Args:
        runner: The Runner of the training.

    Returns:
        The hook of the Runner.

    Raises:
        ConfigError: The Runner has no `FlagExchangeHook`.
    """
    for hook in runner.hooks:
        if isinstance(hook, FlagExchangeHook):
            return hook
    needing = [type(h).__name__ for h in runner.hooks if isinstance(h, FlagRaiser)]
    raise ConfigError(
        f'{", ".join(needing)} cannot work without a FlagExchangeHook: set '
        "default_hooks.flag_exchange=dict(type='FlagExchangeHook'), or leave them out "
        'too, with default_hooks.NAME=None'
    )


def _saves_now(hook: Hook, runner: Runner) -> bool:
    """Whether a hook that counts iterations saves a checkpoint after this one."""
    return (
        isinstance(hook, CheckpointHook)
        and not hook.by_epoch
        and hook.every_n_train_iters(runner, hook.interval, hook.save_begin)
    )
