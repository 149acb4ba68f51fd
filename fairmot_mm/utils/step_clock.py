"""Pipeline steps of a frame: how long each takes, and which one failed."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

STEPS = (
    'decode',  # reading a frame
    'letterbox',  # runs the test pipeline
    'copy',  # to the device, as uint8
    'network',  # with normalisation
    'maps',  # to detections on the CPU
    'association',  # the tracker
    'drawing',
    'encoding',  # H.264 and MOT text
)
# The threads of a run and the steps of each. With an accelerator, `copy`, `network` and
# `maps` are the time that the thread waits for it.
THREADS = {
    'reading': ('decode', 'letterbox'),
    'network': ('copy', 'network', 'maps'),
    'tracking': ('association',),
    'writing': ('drawing', 'encoding'),
}
# What the thread of the network waits for.
WAITS = (
    'frames',  # decoded and letterboxed ones
    'tracks',  # of the frames before
    'files',  # results that are being drawn and written
)
_ON_DEVICE = {'copy', 'network', 'maps'}
_NOTE = 'in step: '


class StepClock:
    """Measures the pipeline steps that run while the clock is active.

    An accelerator runs asynchronously: the clock waits for it before and after the
    steps that use it, so a measured run is slower. The clock keeps a few bytes for each
    event: measure minutes, not days.

    Args:
        device: Where the model runs, as in ``cuda:0``; by default the CPU, where the
            clock has nothing to wait for.

    Attributes:
        seconds: By step, the seconds of each event, in the order of their ends.
        frames: By step, the number of frames of each event, in the same order.
        cpu_seconds: By step, the processor seconds that the step's own thread used in
            each event, in the same order. What is missing to ``seconds`` passed while
            the thread waited: for a core, for the interpreter lock or for threads that
            the step started.
        waits: By what is waited for, one of `WAITS`, the seconds of each wait.

    Example:
        >>> clock = StepClock('cuda:0')
        >>> with clock.active():
        ...     results = list(inferencer('street.mp4'))
        >>> clock.seconds['network'][-1] / clock.frames['network'][-1]
    """

    def __init__(self, device: str | torch.device | None = None) -> None:
        import torch

        self.device = torch.device(device or 'cpu')
        self.seconds: dict[str, list[float]] = defaultdict(list)
        self.frames: dict[str, list[int]] = defaultdict(list)
        self.cpu_seconds: dict[str, list[float]] = defaultdict(list)
        self.waits: dict[str, list[float]] = defaultdict(list)
        self._lock = threading.Lock()

    @contextmanager
    def active(self) -> Iterator[None]:
        """Measure every `step` of the body, in this thread and those that it starts.

        The body must iterate over the results: the steps run while it does.
        """
        token = _active_clock.set(self)
        try:
            yield
        finally:
            _active_clock.reset(token)

    @contextmanager
    def measure(self, name: str, frames: int = 1) -> Iterator[None]:
        """Measure the body; a body that raises leaves no event.

        Args:
            name: One of `STEPS`.
            frames: Number of frames that the body handles.
        """
        on_device = name in _ON_DEVICE
        if on_device:
            self._synchronize()
        start, cpu_start = time.perf_counter(), time.thread_time()
        yield
        if on_device:
            self._synchronize()
        seconds = time.perf_counter() - start
        cpu_seconds = time.thread_time() - cpu_start
        with self._lock:
            self.seconds[name].append(seconds)
            self.cpu_seconds[name].append(cpu_seconds)
            self.frames[name].append(frames)

    def add_wait(self, name: str, seconds: float) -> None:
        """Count a wait.

        Args:
            name: One of `WAITS`.
            seconds: How long it took.
        """
        with self._lock:
            self.waits[name].append(seconds)

    def _synchronize(self) -> None:
        import torch

        if self.device.type == 'cuda':
            torch.cuda.synchronize(self.device)
        elif self.device.type == 'mps':
            torch.mps.synchronize()


_active_clock: ContextVar[StepClock | None] = ContextVar('active_clock', default=None)


@contextmanager
def step(name: str, frames: int = 1) -> Iterator[None]:
    """Run the body as a pipeline step, measured if a `StepClock` is active.

    Args:
        name: One of `STEPS`.
        frames: Number of frames that the body handles.

    Raises:
        BaseException: What the body raises, with a note that `failed_step` reads.
    """
    clock = _active_clock.get()
    try:
        if clock is None:
            yield
        else:
            with clock.measure(name, frames):
                yield
    except BaseException as error:
        if failed_step(error) is None:
            # What `add_note` does from Python 3.11 on.
            error.__dict__.setdefault('__notes__', []).append(_NOTE + name)
        raise


@contextmanager
def wait_for(name: str) -> Iterator[None]:
    """Run the body as a wait, measured if a `StepClock` is active.

    Args:
        name: One of `WAITS`.
    """
    clock = _active_clock.get()
    start = time.perf_counter()
    try:
        yield
    finally:
        if clock is not None:
            clock.add_wait(name, time.perf_counter() - start)


def failed_step(error: BaseException) -> str | None:
    """Name the step that an error or an interrupt comes from.

    Args:
        error: What was raised.

    Returns:
        One of `STEPS`, the innermost one; None if the error comes from no step.
    """
    notes = getattr(error, '__notes__', ())
    return next((n.removeprefix(_NOTE) for n in notes if n.startswith(_NOTE)), None)
