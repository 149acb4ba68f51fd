"""Save a checkpoint and end when a scheduler sends a signal."""

import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mmengine.dist import barrier, get_world_size, is_main_process
from mmengine.hooks import CheckpointHook, Hook, SyncBuffersHook
from mmengine.runner import IterBasedTrainLoop, Runner

from fairmot_mm.engine.hooks.flag_exchange_hook import find_flag_exchange
from fairmot_mm.engine.resumable_epoch_loop import ResumableEpochLoop
from fairmot_mm.registry import HOOKS
from fairmot_mm.utils.errors import ConfigError


@HOOKS.register_module()
class StopOnSignalHook(Hook):
    """On SIGTERM: save a checkpoint after an iteration, then end with status 143.

    A scheduler that ends a job, or takes its machine away, sends the signal some time
    before it kills. A process alone stops after the iteration in which it got the
    signal. Several processes learn of it at the interval of the `FlagExchangeHook` and
    stop after the same iteration. With gradient accumulation they stop after an update.
    ``--resume`` goes on from ``iter_<n>.pth`` as if the run had not stopped; the next
    stop replaces the file. A signal during a validation waits for the next iteration.

    Args:
        signals: Names of the signals; the status is 128 and the signal's number.

    Raises:
        ConfigError: No signal has one of the names.
    """

    # After every hook that an iteration changes, so that the checkpoint is complete.
    priority = 'LOWEST'

    def __init__(self, signals: Sequence[str] = ('SIGTERM',)) -> None:
        unknown = [name for name in signals if name not in signal.Signals.__members__]
        if unknown:
            raise ConfigError(f'signals: there is no {", ".join(unknown)}')
        self.signals = [signal.Signals[name] for name in signals]
        self.received = 0  # number of the signal that this process got
        self.agreed = 0  # number of the signal that all processes stop for
        self._handlers: dict[signal.Signals, Any] = {}

    def before_train(self, runner: Runner) -> None:
        """Listen to the signals.
        Raises:
            ConfigError: The loop cannot go on within an epoch, or the Runner has no
                `FlagExchangeHook`.
        """
        if not isinstance(runner.train_loop, (ResumableEpochLoop, IterBasedTrainLoop)):
            raise ConfigError(
                f'{type(runner.train_loop).__name__} cannot go on within an epoch: set '
                "train_cfg.type='ResumableEpochLoop', or leave this hook out with "
                'default_hooks.stop_on_signal=None'
            )
        self._exchange = find_flag_exchange(runner)
        self.after_train(runner)
        self.received = self.agreed = 0
        for number in self.signals:
            self._handlers[number] = signal.signal(number, self._receive)

    def _receive(self, number: int, frame: object) -> None:
        self.received = number

    def own_flag(self) -> int:
        """Give the signal that this process got.

        Returns:
            Number of the signal, or 0.
        """
        return self.received

    def on_flag(self, runner: Runner, flag: int) -> None:
        """Stop after this iteration, with all other processes.

        Args:
            runner: The Runner of the training.
            flag: Number of the signal.
        """
        self.agreed = flag

    def after_train_iter(self, runner: Runner, *args: Any, **kwargs: Any) -> None:
        """Save and end the run, once all processes know of a signal.
        Raises:
            SystemExit: With the status of the signal.
        """
        if get_world_size() == 1:  # nobody else to agree with
            self.agreed = self.received
        accumulated = getattr(runner.optim_wrapper, '_accumulative_counts', 1)
        if not self.agreed or (runner.iter + 1) % accumulated:
            return
        self._exchange.exchange(runner, runner.iter + 1)  # is the last batch good?
        for hook in runner.hooks:
            if isinstance(hook, SyncBuffersHook):  # as at the end of an epoch
                hook.after_train_epoch(runner)
        self._save(runner, self.agreed)
        barrier()  # a launcher kills the others once one process has ended
        raise SystemExit(128 + self.agreed)

    def _save(self, runner: Runner, number: int) -> None:
        (hook,) = (hook for hook in runner.hooks if isinstance(hook, CheckpointHook))
        name = f'iter_{runner.iter + 1}.pth'
        before = runner.message_hub.runtime_info.get('stopped_at')
        runner.message_hub.update_info('stopped_at', name)
        runner.save_checkpoint(
            hook.out_dir,
            name,
            meta={'epoch': runner.epoch, 'iter': runner.iter + 1},
            by_epoch=False,
            backend_args=hook.backend_args,
        )
        if before not in (None, name) and is_main_process():
            Path(hook.out_dir, before).unlink(missing_ok=True)
        received = signal.Signals(number).name
        runner.logger.warning(f'{received}: {name} is saved, --resume goes on from it')

    def after_train(self, runner: Runner) -> None:
        """Stop listening."""
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        self._handlers = {}

    def after_failure(self, runner: Runner) -> None:
        """Stop listening, unless a signal ends the process, whose status must stay."""
        if not self.agreed:
            self.after_train(runner)
