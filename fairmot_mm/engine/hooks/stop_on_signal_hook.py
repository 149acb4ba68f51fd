"""Save a checkpoint and end when a scheduler sends a signal."""

import signal
from collections.abc import Sequence
from typing import Any

from mmengine.dist import barrier, get_world_size, is_main_process
from mmengine.fileio import get_file_backend
from mmengine.hooks import CheckpointHook, Hook, SyncBuffersHook
from mmengine.runner import IterBasedTrainLoop, Runner

from fairmot_mm.engine.hooks.flag_exchange_hook import find_flag_exchange
from fairmot_mm.engine.resumable_epoch_loop import ResumableEpochLoop
from fairmot_mm.registry import HOOKS
from fairmot_mm.utils.errors import ConfigError
from fairmot_mm.utils.shield import STOP_SIGNALS, shield_workers

_NAMES = [number.name for number in STOP_SIGNALS]


@HOOKS.register_module()
class StopOnSignalHook(Hook):
    """On SIGTERM: save a checkpoint after an iteration, then end with status 143.

    A scheduler that ends a job, or takes its machine away, sends the signal some time
    before it kills the job. A single process stops after the iteration in which it got
    the signal. Several processes exchange it at the interval of the `FlagExchangeHook`
    and stop after the same iteration. With gradient accumulation they stop after an
    update. ``--resume`` continues from ``iter_<n>.pth`` as if the run had not stopped;
    the next stop replaces the file. A signal during a validation waits for the next
    iteration.

    The file is written to the folder of the first ``CheckpointHook``, or to the work
    dir if there is none. It has everything that a training needs to continue, whatever
    the ``CheckpointHook`` leaves out.

    Args:
        signals: Names of the signals, of SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGUSR2 and
            SIGXCPU; the status is 128 and the signal's number.

    Raises:
        ConfigError: One of the names is another.
    """

    # After every hook that an iteration changes, so that the checkpoint is complete.
    priority = 'LOWEST'

    def __init__(self, signals: Sequence[str] = ('SIGTERM',)) -> None:
        unknown = [name for name in signals if name not in _NAMES]
        if unknown:
            raise ConfigError(
                f'StopOnSignalHook.signals: {", ".join(map(str, unknown))} cannot stop '
                f'a run; these can: {", ".join(_NAMES)}'
            )
        self.signals = [signal.Signals[name] for name in signals]
        self.received = 0  # number of the signal that this process got
        self.agreed = 0  # number of the signal that all processes stop for
        self._handlers: dict[signal.Signals, Any] = {}

    def before_train(self, runner: Runner) -> None:
        """Listen to the signals.

        Raises:
            ConfigError: The loop cannot resume within an epoch, or the Runner has no
                `FlagExchangeHook`.
        """
        if not isinstance(runner.train_loop, (ResumableEpochLoop, IterBasedTrainLoop)):
            raise ConfigError(
                f'{type(runner.train_loop).__name__} cannot resume within an epoch: '
                "set train_cfg.type='ResumableEpochLoop', or leave this hook out with "
                'default_hooks.stop_on_signal=None'
            )
        self._exchange = find_flag_exchange(runner)
        self.after_train(runner)
        self.received = self.agreed = 0
        for number in self.signals:
            self._handlers[number] = signal.signal(number, self._receive)
        for loop in (runner.train_loop, runner.val_loop):
            if loop is not None:
                shield_workers(loop.dataloader)

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
        if get_world_size() == 1:  # no other process to agree with
            self.agreed = self.received
        accumulated = getattr(runner.optim_wrapper, '_accumulative_counts', 1)
        if not self.agreed or (runner.iter + 1) % accumulated:
            return
        self._exchange.exchange(runner, runner.iter + 1)  # fails after a bad batch
        for hook in runner.hooks:
            if isinstance(hook, SyncBuffersHook):  # as at the end of an epoch
                hook.after_train_epoch(runner)
        self._save(runner, self.agreed)
        barrier()  # a launcher kills the others once one process has ended
        raise SystemExit(128 + self.agreed)

    def _save(self, runner: Runner, number: int) -> None:
        name = f'iter_{runner.iter + 1}.pth'
        savers = [hook for hook in runner.hooks if isinstance(hook, CheckpointHook)]
        folder = savers[0].out_dir if savers else runner.work_dir
        storage = savers[0].backend_args if savers else {'backend': 'atomic_local'}
        backend = get_file_backend(folder, backend_args=storage)
        before = runner.message_hub.runtime_info.get('stopped_at')
        # A file that a CheckpointHook saved in this iteration is not ours to remove.
        own = name == before or not backend.isfile(backend.join_path(folder, name))
        runner.message_hub.update_info('stopped_at', name if own else None)
        runner.save_checkpoint(
            folder,
            name,
            meta={'epoch': runner.epoch, 'iter': runner.iter + 1},
            by_epoch=False,
            backend_args=storage,
        )
        if before not in (None, name) and is_main_process():
            replaced = backend.join_path(folder, before)
            if backend.isfile(replaced):
                backend.remove(replaced)
        received = signal.Signals(number).name
        runner.logger.warning(f'{received}: {name} is saved, continue with --resume')

    def after_train(self, runner: Runner) -> None:
        """Stop listening."""
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        self._handlers = {}

    def after_failure(self, runner: Runner) -> None:
        """Stop listening, unless a signal ends the process, whose status must stay."""
        if not self.agreed:
            self.after_train(runner)
