"""Everything that is measured runs in a process of its own."""

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.context import ForkServerContext
from multiprocessing.managers import BaseManager
from typing import Any, TypeVar

import torch

from fairmot_mm.benchmark.session import Session
from fairmot_mm.benchmark.training_session import TrainingSession
from fairmot_mm.utils import ConfigError

T = TypeVar('T')
S = TypeVar('S', Session, TrainingSession)
# Libraries of linear algebra read these when they are loaded.
_ONE_THREAD = dict.fromkeys(
    ('OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'MKL_NUM_THREADS'), '1'
)


class _Manager(BaseManager):
    """Holds a session in its process and calls the methods of the session there."""


_Manager.register('Session', Session)
_Manager.register('TrainingSession', TrainingSession)


@contextmanager
def in_own_process(kind: Callable[..., S], *args: object) -> Iterator[S]:
    """Build a session in a new process, which ends with the body of ``with``.

    The memory of the process is that of the session alone, and its settings change
    nothing elsewhere. The process starts with all imports done; only the first one
    takes seconds to start.

    Args:
        kind: `Session` or `TrainingSession`.
        args: Arguments of the constructor.

    Raises:
        UserInputError: The session raised it.
        ConfigError: The process was ended from outside.
    """
    with _explain_lost_process(), _Manager(ctx=_context()) as manager:
        yield getattr(manager, kind.__name__)(*args)


def call_in_processes(
    function: Callable[..., T], arguments: Sequence[tuple[Any, ...]]
) -> list[T]:
    """Call a function in several new processes at the same time, one thread in each.

    Args:
        function: A function of a module, as processes can import nothing else.
        arguments: Arguments of each call; each call has a process of its own.

    Returns:
        The results, in the order of the arguments.

    Raises:
        ConfigError: A process was ended from outside.
    """
    with (
        _explain_lost_process(),
        _environment(_ONE_THREAD),
        ProcessPoolExecutor(
            len(arguments),
            # An optimizer imports it in its first step, which would be measured.
            _context('torch._dynamo'),
            torch.set_num_threads,
            (1,),
        ) as pool,
    ):
        calls = [pool.submit(function, *each) for each in arguments]
        return [call.result() for call in calls]


def _context(*preload: str) -> ForkServerContext:
    """Get a start method that works everywhere, with these modules imported.

    It does not fork this process: a process that used autograd cannot be forked with a
    CUDA build of PyTorch.
    """
    context = multiprocessing.get_context('forkserver')
    context.set_forkserver_preload([__name__, *preload])
    return context


@contextmanager
def _environment(variables: dict[str, str]) -> Iterator[None]:
    """Set environment variables for the body of ``with``."""
    before = dict(os.environ)
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def _explain_lost_process() -> Iterator[None]:
    try:
        yield
    except (EOFError, ConnectionError, BrokenProcessPool) as error:
        raise ConfigError(
            'the system ended the process that was measured, in most cases because '
            'memory ran out: measure smaller batches or fewer variants at a time'
        ) from error
