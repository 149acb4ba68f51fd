"""Ending a run in good order when a scheduler asks for it."""

import logging
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from mmengine.dist import all_reduce, barrier, is_main_process
from mmengine.hooks import CheckpointHook, Hook, SyncBuffersHook
from mmengine.logging import print_log
from mmengine.runner import IterBasedTrainLoop, Runner

from fairmot_mm.engine.resumable_epoch_loop import ResumableEpochLoop
from fairmot_mm.registry import HOOKS
from fairmot_mm.utils.errors import ConfigError


@HOOKS.register_module()
class StopOnSignalHook(Hook):
    """On SIGTERM: save a checkpoint after the iteration, then end with status 143.

    A scheduler that ends a job, or takes its machine away, sends the signal some time
    before it kills. All processes stop after the same iteration, whichever of them got
    it first, and with gradient accumulation after an update. ``--resume`` goes on from
    ``iter_<n>.pth`` as if the run had not stopped; the next stop replaces it. During a
    validation the signal waits for the next iteration.

    Args:
        signals: Names of the signals; the status is 128 and the signal's number.

    Raises:
        ConfigError: There is no signal of a name.
    """

    # After every hook that an iteration changes, so that the checkpoint is complete.
    priority = 'LOWEST'

    def __init__(self, signals: Sequence[str] = ('SIGTERM',)) -> None:
        unknown = [name for name in signals if name not in signal.Signals.__members__]
        if unknown:
            raise ConfigError(f'signals: there is no {", ".join(unknown)}')
        self.signals = [signal.Signals[name] for name in signals]
        self.received = 0
        self._handlers: dict[signal.Signals, Any] = {}

    def before_train(self, runner: Runner) -> None:
        """Listen.

        Raises:
            ConfigError: The loop could not go on within an epoch.
        """
        if not isinstance(runner.train_loop, (ResumableEpochLoop, IterBasedTrainLoop)):
            raise ConfigError(
                f'{type(runner.train_loop).__name__} cannot go on within an epoch: set '
                "train_cfg.type='ResumableEpochLoop', or leave this hook out with "
                'default_hooks.stop_on_signal=None'
            )
        for number in self.signals:
            self._handlers[number] = signal.signal(number, self._receive)

    def _receive(self, number: int, frame: object) -> None:
        self.received = number

    def after_train_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: Any = None,
        outputs: dict | None = None,
    ) -> None:
        """End the run where any process was asked to.

        Raises:
            SystemExit: The status that the signal asks for.
        """
        received = torch.tensor(self.received)
        all_reduce(received, 'max')
        accumulated = getattr(runner.optim_wrapper, '_accumulative_counts', 1)
        if not received or (runner.iter + 1) % accumulated:
            return
        for hook in runner.hooks:
            if isinstance(hook, SyncBuffersHook):  # as at the end of an epoch
                hook.after_train_epoch(runner)
        self._save(runner, int(received))
        barrier()  # a launcher kills the others once one process has ended
        raise SystemExit(128 + int(received))

    def _save(self, runner: Runner, received: int) -> None:
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
        print_log(
            f'{signal.Signals(received).name}: {name} is saved, add --resume to '
            'go on from it',
            'current',
            logging.WARNING,
        )

    def after_train(self, runner: Runner) -> None:
        """Stop listening."""
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
