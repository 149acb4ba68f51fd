"""Keeping the processes that this one needs alive when a signal stops the job."""

import multiprocessing
import os
import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from multiprocessing import context, resource_tracker
from multiprocessing.process import BaseProcess
from threading import Thread
from typing import TYPE_CHECKING

from fairmot_mm.utils.interrupt import interrupt

if TYPE_CHECKING:
    from torch.utils.data import DataLoader

# A terminal, torchrun and Slurm send these to a process and to all that it started.
STOP_SIGNALS = (
    signal.SIGHUP,
    signal.SIGINT,
    signal.SIGTERM,
    signal.SIGUSR1,
    signal.SIGUSR2,
    signal.SIGXCPU,
)


def worker_context(method: str | None = None) -> context.BaseContext:
    """Give the context of processes that do not react to the signals that stop a job.

    The process that started them reacts, and it needs them until then: without those
    that load images, a training could not end its iteration and save. A worker is
    started with these signals blocked, so there is no moment in which one can end it.
    It ends when the process that started it sends it one of the signals, as
    ``terminate`` does, and at most a second after that process has ended.

    Args:
        method: A start method of ``multiprocessing``; None is the default one.
    """
    return _CONTEXTS[method or multiprocessing.get_start_method()]()


def shield_workers(loader: 'DataLoader') -> None:
    """Let the processes of a data loader not react to the signals that stop a job.

    Args:
        loader: It starts its processes by a `worker_context` from now on.
    """
    if loader.num_workers > 0:
        own = loader.multiprocessing_context
        method = None if own is None else own.get_start_method()
        loader.multiprocessing_context = worker_context(method)


@contextmanager
def shield_programs() -> Iterator[None]:
    """Let programs that start meanwhile outlive a signal that this process listens to.

    A compiler would end without a result. The handler of this process runs afterwards;
    Ctrl-C still interrupts all of them at once.
    """
    handlers = {number: signal.getsignal(number) for number in STOP_SIGNALS}
    with _blocked(
        number
        for number, handler in handlers.items()
        if callable(handler) and handler not in (signal.default_int_handler, interrupt)
    ):
        yield


@contextmanager
def _blocked(numbers: Iterable[int]) -> Iterator[None]:
    """Block signals in this thread and in all that it starts meanwhile."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Worker(BaseProcess):
    def start(self) -> None:
        # What multiprocessing starts beside the new process is shielded, too.
        with _blocked(STOP_SIGNALS):
            if not isinstance(self, context.ForkProcess):
                resource_tracker.ensure_running()
                # Python 3.11 has unblocked two of them if it started the tracker.
                signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
            super().start()

    def run(self) -> None:
        # A fork server that somebody else started has nothing blocked.
        signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
        Thread(target=_end_with_parent, daemon=True).start()
        super().run()


def _end_with_parent() -> None:
    """End this process as soon as the one that started it sends a signal or ends."""
    parent = multiprocessing.parent_process()
    assert parent is not None  # only a worker runs this
    while parent.is_alive():
        received = signal.sigtimedwait(STOP_SIGNALS, 1)
        if received is not None and received.si_pid == parent.pid:
            break
    os._exit(0)


class _ForkWorker(_Worker, context.ForkProcess):
    pass


class _SpawnWorker(_Worker, context.SpawnProcess):
    pass


class _ForkServerWorker(_Worker, context.ForkServerProcess):
    pass


class _ForkContext(context.ForkContext):
    Process = _ForkWorker


class _SpawnContext(context.SpawnContext):
    Process = _SpawnWorker


class _ForkServerContext(context.ForkServerContext):
    Process = _ForkServerWorker


_CONTEXTS: dict[str, type[context.BaseContext]] = {
    'fork': _ForkContext,
    'spawn': _SpawnContext,
    'forkserver': _ForkServerContext,
}
