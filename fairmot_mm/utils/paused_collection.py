"""Imports without the search for garbage."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused_collection() -> Iterator[None]:
    """Pause Python's search for garbage; one that was off before stays off.

    The imports of torch and mmdet make hundreds of thousands of objects and hardly any
    garbage. The search would go through them again and again, for a sixth of the time
    of the imports.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
