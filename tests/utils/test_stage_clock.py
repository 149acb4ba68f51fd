import threading
import time

import pytest
import torch

from fairmot_mm.utils import STAGES, StageClock, failed_stage, stage


def test_every_event_is_measured():
    """Seconds and frames of each event, by stage, in the order of their ends."""
    clock = StageClock()
    for pause in (0.02, 0.01):
        with clock('network', frames=4):
            time.sleep(pause)
    with clock('encoding'):
        pass
    first, second = clock.seconds['network']
    assert 0.02 <= first < 0.5
    assert 0.01 <= second < 0.5
    assert clock.frames == {'network': [4, 4], 'encoding': [1]}
    assert set(clock.seconds) < set(STAGES)


def test_threads_share_a_clock():
    """No event is lost where several threads measure the same stage."""
    clock = StageClock()

    def measure():
        for _ in range(500):
            with clock('decode'):
                pass

    threads = [threading.Thread(target=measure) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(clock.seconds['decode']) == len(clock.frames['decode']) == 2000


def test_a_stage_that_fails_is_named():
    """Its innermost name is kept; there is no event of it."""
    clock = StageClock()
    with (
        pytest.raises(KeyboardInterrupt) as failed,
        stage('encoding', clock),
        stage('maps', clock),
    ):
        raise KeyboardInterrupt
    assert failed_stage(failed.value) == 'maps'
    assert not clock.seconds
    assert failed_stage(ValueError('elsewhere')) is None


def test_the_end_of_an_iterator_passes_through():
    """A stage may draw the next item: its end is no failure and no event."""
    clock = StageClock()
    with pytest.raises(StopIteration), stage('decode', clock):
        next(iter(()))
    assert not clock.seconds


@pytest.mark.skipif(not torch.cuda.is_available(), reason='needs a GPU')
def test_the_clock_waits_for_the_gpu():
    """What is only queued when the body ends counts."""
    a = torch.rand(4096, 4096, device='cuda')
    clock = StageClock('cuda')
    start = torch.cuda.Event(enable_timing=True)
    end = torch.cuda.Event(enable_timing=True)
    with clock('network'):
        start.record()
        for _ in range(20):
            a @ a
        end.record()
    assert clock.seconds['network'][0] * 1000 >= start.elapsed_time(end)
