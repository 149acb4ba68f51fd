"""Working behind a producer, in a thread."""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any


class WriteBehind:
    """Runs calls one after another in a thread, while the caller goes on.

    Drawing and encoding release the interpreter lock, so they overlap with the network.
    An interrupt hits the main thread, never a call that is half done. After a call that
    failed no other is made.

    Args:
        depth: Number of calls that may wait; `submit` blocks beyond it. 0: no thread,
            `submit` makes the call.
    """

    def __init__(self, depth: int) -> None:
        self.depth = depth
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix='write')
        self._pending: deque[Future] = deque()
        self._failed = False

    def submit(self, function: Callable[..., None], *args: Any) -> None:
        """Queue ``function(*args)``; raises what an earlier call raised."""
        if self.depth == 0:
            function(*args)
            return
        if len(self._pending) >= self.depth:
            self._pending.popleft().result()
        self._pending.append(self._pool.submit(self._call, function, *args))

    def close(self) -> None:
        """Wait for all calls; raises what one of them raised."""
        with self._pool:
            while self._pending:
                self._pending.popleft().result()

    def _call(self, function: Callable[..., None], *args: Any) -> None:
        if self._failed:
            return
        try:
            function(*args)
        except BaseException:
            self._failed = True
            raise
