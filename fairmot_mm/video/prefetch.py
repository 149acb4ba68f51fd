"""Working ahead of a consumer, in a thread."""

from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

from fairmot_mm.utils import UserInputError

T = TypeVar('T')
_END = object()


class ReadAhead(Generic[T]):
    """Draws items in a thread of its own, some of them ahead of the consumer.

    Decoding and resizing release the interpreter lock, so they overlap with the
    network. An error reaches the consumer after every item that came before it.

    Args:
        items: What to draw from. It runs in the thread alone.
        depth: Number of items held at most.
        stop: Makes ``items`` end where it may wait for long.
    """

    def __init__(
        self,
        items: Generator[T, None, None],
        depth: int,
        stop: Callable[[], object] = lambda: None,
    ) -> None:
        self._items = items
        self._stop = stop
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix='prefetch')
        self._ahead = deque(self._draw() for _ in range(depth))

    def _draw(self) -> Future:
        return self._pool.submit(next, self._items, _END)

    @property
    def head(self) -> Future:
        """Done once the next item is there, or the end, or an error."""
        return self._ahead[0]

    def __iter__(self) -> Iterator[T]:
        return self

    def __next__(self) -> T:
        """Wait for the next item; raises what drawing it raised."""
        item = self._ahead.popleft().result()
        self._ahead.append(self._draw())
        if item is _END:
            raise StopIteration
        return item

    def close(self) -> None:
        """Draw no more and close ``items``; waits for the one that is being drawn."""
        self._stop()
        self._pool.shutdown(cancel_futures=True)
        self._items.close()


def batched(items: Iterator[T], size: int) -> Iterator[list[T]]:
    """Group ``items`` into lists of ``size``; the last may be shorter.

    Where the source fails (`UserInputError`), the items before the failure are handed
    out first.
    """
    batch: list[T] = []
    try:
        for item in items:
            batch.append(item)
            if len(batch) == size:
                yield batch
                batch = []
    except UserInputError:
        if batch:
            yield batch
        raise
    if batch:
        yield batch
