import threading
from contextlib import closing

import pytest

from fairmot_mm.utils import OutputError
from fairmot_mm.video.write_behind import WriteBehind


def test_calls_run_in_order_in_one_other_thread():
    """Everything submitted has run, in order, once it is closed."""
    done, threads = [], set()

    def call(number):
        done.append(number)
        threads.add(threading.get_ident())

    with closing(WriteBehind(3)) as behind:
        for number in range(50):
            behind.submit(call, number)
    assert done == list(range(50))
    assert len(threads) == 1
    assert threading.get_ident() not in threads


def test_caller_waits_when_too_far_ahead():
    """With two calls waiting the third submit blocks until one has run."""
    may_run, done = threading.Event(), []

    def call(number):
        may_run.wait()
        done.append(number)

    behind = WriteBehind(2)
    behind.submit(call, 0)
    behind.submit(call, 1)
    third = threading.Thread(target=behind.submit, args=(call, 2))
    third.start()
    third.join(0.1)
    assert third.is_alive()
    may_run.set()
    third.join()
    behind.close()
    assert done == [0, 1, 2]


@pytest.mark.parametrize('count', [1, 9])
def test_a_failure_reaches_the_caller(count):
    """The error of a call comes out of a later submit, or of close."""

    def fail():
        raise OutputError('disk full')

    behind = WriteBehind(2)

    def run():
        with closing(behind):
            for _ in range(count):
                behind.submit(fail)

    with pytest.raises(OutputError, match='disk full'):
        run()
