import itertools
import threading

import pytest

from fairmot_mm.utils import VideoError
from fairmot_mm.video.prefetch import ReadAhead, batched


def failing_after(count):
    yield from range(count)
    raise VideoError('damaged')


def test_order_is_kept_and_work_happens_in_one_other_thread():
    """All items arrive in order, drawn in a single worker thread."""
    threads = set()

    def items():
        for number in range(50):
            threads.add(threading.get_ident())
            yield number

    assert list(ReadAhead(items(), 3)) == list(range(50))
    assert len(threads) == 1
    assert threading.get_ident() not in threads


def test_no_more_than_depth_items_are_drawn_ahead():
    """An endless source is not drained: memory is bounded by the depth."""
    drawn = []

    def endless():
        while True:
            drawn.append(len(drawn))
            yield drawn[-1]

    ahead = ReadAhead(endless(), 4)
    consumed = [next(ahead) for _ in range(10)]
    ahead.close()
    assert consumed == list(range(10))
    assert len(drawn) <= 10 + 4


@pytest.mark.parametrize('size', [1, 2, 3, 5])
def test_items_before_a_failure_are_handed_out_first(size):
    """Five good items come out in batches, then the error does."""
    seen = []
    batches = map(seen.append, batched(ReadAhead(failing_after(5), 4), size))
    with pytest.raises(VideoError, match='damaged'):
        list(batches)
    assert max(map(len, seen)) <= size
    assert list(itertools.chain(*seen)) == list(range(5))


def test_last_batch_is_shorter():
    """Seven items in batches of three."""
    assert list(batched(iter(range(7)), 3)) == [[0, 1, 2], [3, 4, 5], [6]]
