"""Two steps of a pipeline at the same time."""

from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar('T')
R = TypeVar('R')


def overlap(
    items: Iterator[T], function: Callable[[T], R], in_thread: bool = True
) -> Generator[R, None, None]:
    """Call ``function`` on each item while the next item is being made.

    Items are made in the thread of the caller, ``function`` runs in another one, on one
    item after the other. A result comes out once the next item is there. Where
    ``items`` fails or is interrupted, the results of the items before come first.

    Args:
        items: What to walk through.
        function: What to do with each.
        in_thread: False: no thread, and no result waits for the next item.

    Yields:
        The results in order.
    """
    if not in_thread:
        yield from map(function, items)
        return
    with ThreadPoolExecutor(1, thread_name_prefix='overlap') as pool:
        behind: Future[R] | None = None
        failure: BaseException | None = None
        going_on = True
        while going_on:
            finished, behind = behind, None
            try:
                behind = pool.submit(function, next(items))
            except StopIteration:
                going_on = False
            except BaseException as error:
                going_on, failure = False, error
            if finished is not None:
                yield finished.result()
    if failure is not None:
        raise failure
