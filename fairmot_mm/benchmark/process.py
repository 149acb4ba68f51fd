"""What is measured runs in a process of its own."""

import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.managers import BaseManager
from typing import TypeVar

from fairmot_mm.benchmark.session import Session
from fairmot_mm.benchmark.training_session import TrainingSession
from fairmot_mm.utils import ConfigError

T = TypeVar('T', Session, TrainingSession)


class _Manager(BaseManager):
    """Holds a session in its process, and calls its methods there."""


_Manager.register('Session', Session)
_Manager.register('TrainingSession', TrainingSession)


@contextmanager
def in_own_process(kind: Callable[..., T], *args: object) -> Iterator[T]:
    """Build a session in a process of its own; it ends with the body.

    The memory of the process is that of the session, whose settings touch no other. It
    begins with everything imported, so that only the first takes time to start.

    Args:
        kind: `Session` or `TrainingSession`.
        args: Of its constructor.

    Raises:
        UserInputError: What the session raised.
        ConfigError: The process was ended from outside.
    """
    context = multiprocessing.get_context('forkserver')
    context.set_forkserver_preload([__name__])
    try:
        with _Manager(ctx=context) as manager:
            yield getattr(manager, kind.__name__)(*args)
    except (EOFError, ConnectionError) as error:
        raise ConfigError(
            'the system ended the process that was measured, most often for want of '
            'memory: measure smaller batches, or fewer variants at a time'
        ) from error
