"""Calls that a thread makes one after another, a few of them ahead of the caller."""

from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from typing import Any, Generic, TypeVar

from fairmot_mm.utils import wait_for

T = TypeVar('T')
R = TypeVar('R')
_END = object()


class CallQueue(Generic[R]):
    """Makes calls one after another in a thread while the caller continues.

    Decoding, resizing, drawing and encoding release the interpreter lock, so they run
    in parallel with the network. Results come in the order of the calls. A call runs in
    a copy of the caller's context (`contextvars`), so that an active `StepClock`
    measures it. Ctrl-C interrupts the main thread and never a call that is half done.
    After a call that failed, the queue makes no other call.

    Args:
        depth: Number of calls that the caller may be ahead of their results. With 0
            there is no thread: `submit` makes the call itself.
        result: What a caller waits for, one of `WAITS`, so that an active `StepClock`
            measures the waits.
    """

    def __init__(self, depth: int, result: str = 'frames') -> None:
        self.depth, self.result = depth, result
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix='call-queue')
        self._pending: deque[Future[R]] = deque()
        self._failed = False

    @property
    def head(self) -> 'Future[R]':
        """The oldest call whose result was not returned yet; needs a depth above 0."""
        return self._pending[0]

    def submit(self, function: Callable[..., R], *args: Any) -> list[R]:
        """Queue ``function(*args)``, and wait until at most ``depth`` calls are left.

        Args:
            function: What to call.
            *args: Its arguments.

        Returns:
            The result of the oldest call in a list of one, or an empty list while there
            is room for more calls.

        Raises:
            BaseException: What the oldest call raised.
        """
        if self.depth == 0:
            return [function(*args)]
        run = copy_context().run
        self._pending.append(self._pool.submit(run, self._call, function, *args))
        full = len(self._pending) > self.depth
        return [self._next_result()] if full else []

    def map(
        self, function: Callable[[T], R], items: Iterator[T]
    ) -> Generator[R, None, None]:
        """Call ``function`` on each item in the queue, then end the queue.

        The thread of the caller makes the items. If that fails or is interrupted, the
        results of the items before come first.

        Args:
            function: What to call.
            items: Iterator over the arguments.

        Yields:
            The results in order.

        Raises:
            BaseException: What ``items`` or a call raised.
        """
        failure: BaseException
        try:
            while True:
                try:
                    item = next(items)
                except BaseException as error:
                    failure = error
                    break
                yield from self.submit(function, item)
            while self._pending:
                yield self._next_result()
        finally:
            self.cancel()
        if not isinstance(failure, StopIteration):
            raise failure

    def close(self) -> None:
        """Wait until all calls have been made.

        Raises:
            BaseException: What one of them raised, unless `submit` has raised it.
        """
        with self._pool:
            while self._pending:
                with suppress(CancelledError):
                    self._next_result()

    def cancel(self) -> None:
        """Wait for the call that is being made, and make none of the others."""
        self._pool.shutdown(cancel_futures=True)

    def _next_result(self) -> R:
        with wait_for(self.result):
            return self._pending.popleft().result()

    def _call(self, function: Callable[..., R], *args: Any) -> R:
        if self._failed:
            raise CancelledError
        try:
            return function(*args)
        except BaseException:
            self._failed = True
            raise


class ReadAhead(Generic[T]):
    """Draws items from a generator in a thread, some of them ahead of the consumer.

    An error of the generator reaches the consumer after every item before it.

    Args:
        items: Generator to draw from. It runs in the thread only.
        depth: Number of items that may wait for the consumer. With 0 there is no
            thread: the consumer draws each item itself.
        stop: Called by `close`. It must end a wait for the next item if ``items`` may
            wait for long.
    """

    def __init__(
        self,
        items: Generator[T, None, None],
        depth: int,
        stop: Callable[[], object] = lambda: None,
    ) -> None:
        self._items = items
        self._stop = stop
        self._draws: CallQueue[Any] = CallQueue(depth)
        for _ in range(depth):
            self._draws.submit(next, items, _END)

    @property
    def head(self) -> Future:
        """A future that is done once the next item, the end or an error is there."""
        return self._draws.head

    def __iter__(self) -> Iterator[T]:
        return self

    def __next__(self) -> T:
        """Wait for the next item.

        Raises:
            BaseException: What drawing the item raised.
        """
        (item,) = self._draws.submit(next, self._items, _END)
        if item is _END:
            raise StopIteration
        return item

    def close(self) -> None:
        """Draw no more items, wait for the one being drawn, and close the generator."""
        self._stop()
        self._draws.cancel()
        self._items.close()
