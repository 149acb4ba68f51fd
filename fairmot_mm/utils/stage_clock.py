"""Where the time of a run goes, and where it failed: its stages, by name."""

import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

import torch

STAGES = (
    'decode',  # reading a frame
    'letterbox',  # the test pipeline
    'copy',  # to the device, as uint8
    'network',  # with normalisation
    'maps',  # to detections on the CPU
    'association',  # the tracker
    'drawing',
    'encoding',  # H.264 and MOT text
)
_ON_DEVICE = {'copy', 'network', 'maps'}
_NOTE = 'in stage: '


class StageClock:
    """Measures stages that run in several threads.

    An accelerator works behind the program: the clock waits for it before and after the
    stages that use it, so a run is slower under the clock. It keeps a few bytes for
    each event: measure minutes, not days.

    Args:
        device: Where the model runs; None or the CPU: nothing to wait for.

    Attributes:
        seconds: Of each event, by stage, in the order of their ends.
        frames: Number of frames in each event, likewise.

    Example:
        >>> clock = StageClock('cuda:0')
        >>> with clock('network', frames=8):
        ...     maps = network(images)
        >>> clock.seconds['network'][-1] / clock.frames['network'][-1]
    """

    def __init__(self, device: str | torch.device | None = None) -> None:
        self.device = torch.device(device or 'cpu')
        self.seconds: dict[str, list[float]] = defaultdict(list)
        self.frames: dict[str, list[int]] = defaultdict(list)
        self._lock = threading.Lock()

    @contextmanager
    def __call__(self, stage: str, frames: int = 1) -> Iterator[None]:
        """Time the body; one that raises leaves no event.

        Args:
            stage: One of `STAGES`.
            frames: Number of frames it handles.
        """
        on_device = stage in _ON_DEVICE
        if on_device:
            self._synchronize()
        start = time.perf_counter()
        yield
        if on_device:
            self._synchronize()
        seconds = time.perf_counter() - start
        with self._lock:
            self.seconds[stage].append(seconds)
            self.frames[stage].append(frames)

    def _synchronize(self) -> None:
        if self.device.type == 'cuda':
            torch.cuda.synchronize(self.device)
        elif self.device.type == 'mps':
            torch.mps.synchronize()


@contextmanager
def stage(
    name: str, clock: StageClock | None = None, frames: int = 1
) -> Iterator[None]:
    """A stage of a run: timed if there is a clock, and named where it fails.

    Args:
        name: One of `STAGES`.
        clock: What to time it with.
        frames: Number of frames it handles.

    Raises:
        BaseException: What the body raises, with a note; see `failed_stage`.
    """
    try:
        if clock is None:
            yield
        else:
            with clock(name, frames):
                yield
    except BaseException as error:
        if failed_stage(error) is None:
            # What `add_note` does from Python 3.11 on.
            error.__dict__.setdefault('__notes__', []).append(_NOTE + name)
        raise


def failed_stage(error: BaseException) -> str | None:
    """The stage that an error or an interrupt came from; None where it is not known."""
    notes = getattr(error, '__notes__', ())
    return next((n.removeprefix(_NOTE) for n in notes if n.startswith(_NOTE)), None)
