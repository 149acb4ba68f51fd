"""Running a network that may be in training at the same time."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from weakref import WeakKeyDictionary

from torch import nn

_LOCKS: WeakKeyDictionary[object, threading.Lock] = WeakKeyDictionary()
_LOCKS_LOCK = threading.Lock()


@contextmanager
def eval_mode(model: object) -> Iterator[None]:
    """Put a model into eval mode, and each of its parts back into its mode afterwards.

    Only one thread at a time is in the body: a second run of the same model would find
    the mode, or the buffers of its network, in the state of the first.

    Args:
        model: A `FairMOT`.
    """
    with _LOCKS_LOCK:
        lock = _LOCKS.setdefault(model, threading.Lock())
    with lock:
        if not isinstance(model, nn.Module):  # a model of a test, which has no modes
            yield
            return
        trained = [part for part in model.modules() if part.training]
        try:
            if trained:
                model.eval()
            yield
        finally:
            for part in trained:
                part.training = True
