import itertools
import threading
import time
from contextlib import nullcontext
from contextvars import copy_context

import pytest
import torch

from fairmot_mm.utils import STEPS, WAITS, StepClock, failed_step, step, wait_for
from fairmot_mm.utils.step_clock import THREADS


def test_every_event_is_measured():
    """Seconds and frames of each event, by step, in the order of their ends."""
    clock = StepClock()
    with clock.active():
        for pause in (0.02, 0.01):
            with step('network', frames=4):
                time.sleep(pause)
        with step('encoding'):
            pass
    first, second = clock.seconds['network']
    assert 0.02 <= first < 0.5
    assert 0.01 <= second < 0.5
    assert clock.frames == {'network': [4, 4], 'encoding': [1]}
    assert set(clock.seconds) < set(STEPS)


def test_only_while_it_is_active():
    """Steps before and after are not measured, also after an error in between."""
    clock = StepClock()
    with step('decode'):
        pass
    with pytest.raises(ValueError, match='broken'), clock.active():
        raise ValueError('broken')
    with step('decode'):
        pass
    assert not clock.seconds


def test_the_inner_clock_measures():
    """Of two active clocks the inner one measures; then the outer one goes on."""
    outer, inner = StepClock(), StepClock()
    with outer.active():
        with inner.active(), step('decode'):
            pass
        with step('maps'):
            pass
    assert (list(outer.seconds), list(inner.seconds)) == (['maps'], ['decode'])


def test_threads_share_a_clock():
    """No event is lost if several threads measure the same step."""
    clock = StepClock()

    def measure():
        for _ in range(500):
            with step('decode'):
                pass

    with clock.active():
        threads = [
            threading.Thread(target=copy_context().run, args=(measure,))
            for _ in range(4)
        ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(clock.seconds['decode']) == len(clock.frames['decode']) == 2000


@pytest.mark.parametrize('measured', [True, False])
def test_a_step_that_fails_is_named(measured):
    """The error has the name of the innermost step, which leaves no event."""
    clock = StepClock()

    context = clock.active() if measured else nullcontext()
    with (
        pytest.raises(KeyboardInterrupt) as failed,
        context,
        step('encoding'),
        step('maps'),
    ):
        raise KeyboardInterrupt
    assert failed_step(failed.value) == 'maps'
    assert not clock.seconds
    assert failed_step(ValueError('elsewhere')) is None


def test_the_end_of_an_iterator_passes_through():
    """A step may draw the next item: the end of the items leaves no event."""
    clock = StepClock()
    with pytest.raises(StopIteration), clock.active(), step('decode'):
        next(iter(()))
    assert not clock.seconds


@pytest.mark.skipif(not torch.cuda.is_available(), reason='needs a GPU')
def test_the_clock_waits_for_the_gpu():
    """What is only queued when the body ends counts."""
    a = torch.rand(4096, 4096, device='cuda')
    clock = StepClock('cuda')
    start = torch.cuda.Event(enable_timing=True)
    end = torch.cuda.Event(enable_timing=True)
    with clock.active(), step('network'):
        start.record()
        for _ in range(20):
            a @ a
        end.record()
    assert clock.seconds['network'][0] * 1000 >= start.elapsed_time(end)


def test_processor_time_and_waits():
    """Asleep, a step uses no core; a wait is counted by what was waited for."""
    clock = StepClock()
    with clock.active():
        with step('encoding'):
            time.sleep(0.05)
        with wait_for('files'):
            time.sleep(0.02)
        with pytest.raises(ValueError, match='broken'), wait_for('files'):
            raise ValueError('broken')
    with wait_for('frames'):
        pass
    assert clock.cpu_seconds['encoding'][0] < 0.04 < clock.seconds['encoding'][0]
    first, second = clock.waits['files']
    assert second < 0.02 <= first
    assert set(clock.waits) == {'files'} < set(WAITS)


def test_every_step_has_its_thread():
    """Each step is one of one thread."""
    assert sorted(itertools.chain(*THREADS.values())) == sorted(STEPS)
