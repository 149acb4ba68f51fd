import threading
from concurrent.futures import CancelledError
from contextlib import closing
from contextvars import ContextVar

import pytest

from fairmot_mm.utils import OutputError, VideoError
from fairmot_mm.video.call_queue import CallQueue, ReadAhead

SHADE = ContextVar('SHADE', default='none')


def failing_after(count, error):
    yield from range(count)
    raise error


def endless(made):
    """Numbers from 0; each is noted when it is made."""
    while True:
        made.append(len(made))
        yield made[-1]


class TestSubmit:
    """Calls that the caller does not wait for, as those of a writer."""

    def test_calls_run_in_order_in_one_other_thread(self):
        """Everything submitted has run, in order, once the queue is closed."""
        done, threads = [], set()

        def call(number):
            done.append(number)
            threads.add(threading.get_ident())

        with closing(CallQueue(3)) as calls:
            for number in range(50):
                calls.submit(call, number)
        assert done == list(range(50))
        assert len(threads) == 1
        assert threading.get_ident() not in threads

    def test_without_depth_the_caller_makes_the_call(self):
        """With depth 0 there is no thread, and a result comes at once."""
        calls = CallQueue(0)
        before = threading.active_count()
        assert calls.submit(threading.get_ident) == [threading.get_ident()]
        assert threading.active_count() == before
        with pytest.raises(OutputError, match='disk full'):
            calls.submit(next, failing_after(0, OutputError('disk full')))

    def test_caller_waits_when_too_far_ahead(self):
        """With two calls waiting the third submit blocks until one has run."""
        may_run, done = threading.Event(), []

        def call(number):
            may_run.wait()
            done.append(number)

        calls = CallQueue(2)
        calls.submit(call, 0)
        calls.submit(call, 1)
        third = threading.Thread(target=calls.submit, args=(call, 2))
        third.start()
        third.join(0.1)
        assert third.is_alive()
        may_run.set()
        third.join()
        calls.close()
        assert done == [0, 1, 2]

    @pytest.mark.parametrize('count', [1, 9])
    def test_a_failure_reaches_the_caller(self, count):
        """The error of a call comes out of a later submit, or of close."""

        def fail():
            raise OutputError('disk full')

        def run(calls):
            with closing(calls):
                for _ in range(count):
                    calls.submit(fail)

        with pytest.raises(OutputError, match='disk full'):
            run(CallQueue(2))

    def test_no_call_follows_one_that_failed(self):
        """The second of five calls fails: only the first two were made."""
        made, all_queued = [], threading.Event()

        def call(number):
            all_queued.wait(10)
            made.append(number)
            return 6 // (1 - number)

        calls = CallQueue(5)
        for number in range(5):
            calls.submit(call, number)
        all_queued.set()
        with pytest.raises(ZeroDivisionError):
            calls.close()
        assert made == [0, 1]
        calls.close()

    def test_close_waits_and_cancel_drops(self):
        """The call that is running ends in any case; those behind it only in close."""
        for end, expected in ((CallQueue.close, [0, 1, 2]), (CallQueue.cancel, [0])):
            running, may_end, done = threading.Event(), threading.Event(), []

            def call(number, running=running, may_end=may_end, done=done):
                running.set()
                may_end.wait(10)
                done.append(number)

            calls = CallQueue(3)
            for number in range(3):
                calls.submit(call, number)
            assert running.wait(10)
            threading.Timer(0.05, may_end.set).start()
            end(calls)
            assert done == expected

    def test_calls_see_the_context_of_the_caller(self):
        """A context variable has the value that it had when the call was queued."""
        calls = CallQueue(2)
        token = SHADE.set('red')
        calls.submit(SHADE.get)
        SHADE.reset(token)
        calls.submit(SHADE.get)
        assert calls.submit(SHADE.get) == ['red']
        assert calls.head.result(10) == 'none'
        calls.close()


class TestMap:
    """Calls on items that the caller makes meanwhile, as those of a tracker."""

    @pytest.mark.parametrize('depth', [1, 3, 0])
    def test_order_is_kept(self, depth):
        """Results come in order, and none is lost at the end."""
        assert list(CallQueue(depth).map(str, iter(range(7)))) == list('0123456')
        assert list(CallQueue(depth).map(str, iter(()))) == []

    def test_the_next_item_is_made_meanwhile(self):
        """A call on the first item may wait for the second, in one other thread."""
        second = threading.Event()

        def items():
            yield 1
            second.set()
            yield 2

        def call(item):
            assert second.wait(10)
            return item, threading.get_ident()

        results = list(CallQueue(1).map(call, items()))
        assert [item for item, _ in results] == [1, 2]
        assert len({thread for _, thread in results} | {threading.get_ident()}) == 2

    def test_no_more_than_depth_items_are_made_ahead(self):
        """An endless source is not drained."""
        made = []
        results = CallQueue(1).map(str, endless(made))
        assert [next(results) for _ in range(5)] == list('01234')
        assert len(made) == 6
        results.close()

    @pytest.mark.parametrize('error', [VideoError('damaged'), KeyboardInterrupt()])
    @pytest.mark.parametrize('depth', [1, 0])
    def test_results_before_a_failure_come_first(self, error, depth):
        """What was made before the source failed, or was interrupted, is not lost."""
        seen = []
        results = CallQueue(depth).map(str, failing_after(3, error))
        with pytest.raises(type(error)):
            seen.extend(results)
        assert seen == list('012')

    def test_nothing_follows_a_call_that_failed(self):
        """The third of five calls fails: two results, then its error."""
        seen, called = [], []

        def call(number):
            called.append(number)
            return 6 // number

        with pytest.raises(ZeroDivisionError):
            seen.extend(CallQueue(1).map(call, iter([1, 2, 0, 4, 5])))
        assert seen == [6, 3]
        assert called == [1, 2, 0]

    def test_closing_early_ends_the_thread(self):
        """No thread is left behind an iterator that is closed."""
        before = set(threading.enumerate())
        results = CallQueue(1).map(str, endless([]))
        assert next(results) == '0'
        assert set(threading.enumerate()) != before
        results.close()
        assert set(threading.enumerate()) == before


class TestReadAhead:
    """Items that a thread draws ahead of the consumer, as those of a decoder."""

    def test_order_is_kept_and_work_happens_in_one_other_thread(self):
        """All items arrive in order, drawn in a single worker thread."""
        threads = set()

        def items():
            for number in range(50):
                threads.add(threading.get_ident())
                yield number

        assert list(ReadAhead(items(), 3)) == list(range(50))
        assert len(threads) == 1
        assert threading.get_ident() not in threads

    def test_without_depth_the_consumer_draws(self):
        """With depth 0 an item is drawn when it is asked for, and not before."""
        made = []
        ahead = ReadAhead(endless(made), 0)
        assert made == []
        assert [next(ahead), next(ahead)] == [0, 1]
        assert made == [0, 1]
        ahead.close()

    def test_no_more_than_depth_items_are_drawn_ahead(self):
        """An endless source is not drained: memory is bounded by the depth."""
        made = []
        ahead = ReadAhead(endless(made), 4)
        consumed = [next(ahead) for _ in range(10)]
        ahead.close()
        assert consumed == list(range(10))
        assert 10 < len(made) <= 10 + 4

    @pytest.mark.parametrize('depth', [4, 0])
    def test_items_before_a_failure_come_first(self, depth):
        """Five good items come out, then the error does, and nothing after it."""
        ahead = ReadAhead(failing_after(5, VideoError('damaged')), depth)
        assert [next(ahead) for _ in range(5)] == list(range(5))
        with pytest.raises(VideoError, match='damaged'):
            next(ahead)
        with pytest.raises((CancelledError, StopIteration)):
            next(ahead)
        ahead.close()

    def test_head_tells_that_an_item_is_there(self):
        """It is done once the item can be taken without waiting, or an error can."""
        may_go_on = threading.Event()

        def items():
            assert may_go_on.wait(10)
            yield 'first'
            raise VideoError('damaged')

        ahead = ReadAhead(items(), 2)
        assert not ahead.head.done()
        may_go_on.set()
        assert ahead.head.result(10) == 'first'
        assert next(ahead) == 'first'
        assert isinstance(ahead.head.exception(10), VideoError)
        ahead.close()

    def test_close_ends_the_generator(self):
        """Its clean-up has run once close returns; a wait for an item is ended."""
        arrived, waiting, ended = threading.Event(), threading.Event(), []

        def items():
            try:
                waiting.set()
                yield arrived.wait(10)
            finally:
                ended.append(arrived.is_set())

        ahead = ReadAhead(items(), 2, arrived.set)
        assert waiting.wait(10)
        ahead.close()
        assert ended == [True]
