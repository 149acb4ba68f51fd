import threading

import pytest

from fairmot_mm.utils import VideoError
from fairmot_mm.video.overlap import overlap


def failing_after(count, error):
    yield from range(count)
    raise error


@pytest.mark.parametrize('in_thread', [True, False])
def test_order_is_kept(in_thread):
    """Results come in order, and none is lost at the end."""
    assert list(overlap(iter(range(7)), str, in_thread)) == list('0123456')
    assert list(overlap(iter(()), str, in_thread)) == []


def test_the_next_item_is_made_meanwhile():
    """A call on the first item may wait for the second, in one other thread."""
    second = threading.Event()

    def items():
        yield 1
        second.set()
        yield 2

    def call(item):
        assert second.wait(10)
        return item, threading.get_ident()

    results = list(overlap(items(), call))
    assert [item for item, _ in results] == [1, 2]
    assert len({thread for _, thread in results} | {threading.get_ident()}) == 2


def test_at_most_two_items_are_held():
    """An endless source is not drained."""
    made = []

    def endless():
        while True:
            made.append(len(made))
            yield made[-1]

    results = overlap(endless(), str)
    assert [next(results) for _ in range(5)] == list('01234')
    assert len(made) == 6
    results.close()


@pytest.mark.parametrize('error', [VideoError('damaged'), KeyboardInterrupt()])
@pytest.mark.parametrize('in_thread', [True, False])
def test_results_before_a_failure_come_first(error, in_thread):
    """What was made before the source failed, or was interrupted, is not lost."""
    seen = []
    results = map(seen.append, overlap(failing_after(3, error), str, in_thread))
    with pytest.raises(type(error)):
        list(results)
    assert seen == list('012')


def test_nothing_follows_a_call_that_failed():
    """The third of five calls fails: two results, then its error."""
    seen = []
    results = map(seen.append, overlap(iter([1, 2, 0, 4, 5]), lambda n: 6 // n))
    with pytest.raises(ZeroDivisionError):
        list(results)
    assert seen == [6, 3]
