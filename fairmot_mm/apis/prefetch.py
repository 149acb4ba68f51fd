"""Working ahead of a consumer, in a thread."""

from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from fairmot_mm.utils import UserInputError

T = TypeVar('T')
_END = object()


def prefetch(items: Iterator[T], depth: int) -> Generator[T, None, None]:
    """Draw ``items`` in a thread, at most ``depth`` ahead of the consumer.

    Decoding and resizing release the interpreter lock, so they overlap with the
    network. An error reaches the consumer after every item that came before it.

    Args:
        items: What to draw from. It runs in the thread alone.
        depth: Number of items held at most.

    Yields:
        The items in order.
    """
    pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix='prefetch')
    try:
        ahead = deque(pool.submit(next, items, _END) for _ in range(depth))
        while (item := ahead.popleft().result()) is not _END:
            ahead.append(pool.submit(next, items, _END))
            yield item  # type: ignore[misc]
    finally:
        pool.shutdown(cancel_futures=True)


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
