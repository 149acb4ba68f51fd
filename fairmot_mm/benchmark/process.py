"""Running measurements in new processes, so that memory is measured separately."""

import multiprocessing
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.context import ForkServerContext
from typing import Any, Protocol, TypeVar

import torch

from fairmot_mm.utils import ConfigError

T = TypeVar('T')


class Benchmark(Protocol):
    """What `measure_in_turn` runs."""

    def run(self, size: int) -> float:
        """Measure the seconds of so many frames or training steps."""

    def describe(self) -> dict[str, Any]:
        """Describe the machine, and the peak memory of this process."""


_held: list[Benchmark] = []  # the benchmark of this process


@contextmanager
def in_own_process(
    build: Callable[[], Benchmark], variables: Mapping[str, str] | None = None
) -> Iterator[Callable[..., Any]]:
    """Build a benchmark in a new process, which ends with the body of ``with``.

    Args:
        build: A class with its arguments, as processes can import nothing else.
        variables: Environment variables of the process that libraries read when they
            are loaded. It then imports them anew, which takes seconds.

    Yields:
        A function that takes the name of a method and its arguments, and calls it.

    Raises:
        UserInputError: The benchmark raised it.
        ConfigError: The process was ended from outside.
    """
    context = multiprocessing.get_context('spawn') if variables else _context()
    with _explain_lost_process(), ProcessPoolExecutor(1, context) as pool:
        with _environment(variables or {}):
            pool.submit(_hold, build).result()
        yield lambda method, *args: pool.submit(_call_held, method, args).result()


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Set variables for the processes that the body starts."""
    before = dict(os.environ)
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _hold(build: Callable[[], Benchmark]) -> None:
    _held.append(build())


def _call_held(method: str, args: Sequence[Any]) -> Any:
    return getattr(_held[0], method)(*args)


def call_in_processes(
    function: Callable[..., T], arguments: Sequence[tuple[Any, ...]]
) -> list[T]:
    """Call a function in several new processes at the same time, one thread in each.

    Args:
        function: A function of a module, as processes can import nothing else.
        arguments: Arguments of each call; each call has its own process.

    Returns:
        The results, in the order of the arguments.

    Raises:
        ConfigError: A process was ended from outside.
    """
    # Libraries of linear algebra read these when they are loaded.
    for library in ('OMP', 'OPENBLAS', 'MKL'):
        os.environ[f'{library}_NUM_THREADS'] = '1'
    # An optimizer imports torch._dynamo in its first step, which would be measured.
    with (
        _explain_lost_process(),
        ProcessPoolExecutor(
            len(arguments), _context('torch._dynamo'), torch.set_num_threads, (1,)
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
    context.set_forkserver_preload([__name__, 'fairmot_mm.apis', *preload])
    return context


@contextmanager
def _explain_lost_process() -> Iterator[None]:
    try:
        yield
    except BrokenProcessPool as error:
        raise ConfigError(
            'the system ended the process that was measured, in most cases because '
            'memory ran out: measure smaller batches or fewer variants at a time'
        ) from error
