import functools
import statistics
import time
from argparse import ArgumentParser

import pytest

from fairmot_mm.benchmark.workload import prepare_workload
from fairmot_mm.commands.benchmarks.shared import add_video_arguments
from fairmot_mm.utils import STEPS, WAITS, ConfigError, read_mot
from fairmot_mm.utils.machine import peak_memory
from fairmot_mm.utils.step_clock import THREADS
from fairmot_mm.video.video_encoding import VideoEncoding


def parse(video, width, height, *options):
    """The command line of a benchmark."""
    parser = ArgumentParser()
    add_video_arguments(parser, device='cpu')
    size = ['--input-size', str(width), str(height)]
    return parser.parse_args(['--input', video, *size, *options])


@pytest.fixture(scope='module')
def workload(network, pattern_video, tmp_path_factory):
    folder = tmp_path_factory.mktemp('workload')
    args = parse(pattern_video, 96, 64, '--out-dir', str(folder))
    with prepare_workload(
        args, network, people=5, encoding=VideoEncoding('ultrafast')
    ) as workload:
        yield workload


@pytest.fixture(scope='module')
def benchmark(workload):
    return workload.variants(['batch-2'])['batch-2']()


def test_run(benchmark):
    """Frames from file to file; the random weights find something."""
    start = time.perf_counter()
    assert 0 < benchmark.run(4) <= time.perf_counter() - start
    found = benchmark.describe()
    assert found['frames'] == 4
    frames = read_mot(found['mot_file']).frames
    assert set(frames) <= {1, 2, 3, 4}
    assert 1 <= (frames == 1).sum() <= 10


def test_short_video(benchmark):
    """A video that ends early is measured to its end, and the number says so."""
    benchmark.run(99)
    assert benchmark.describe()['frames'] == 6


def test_steps(benchmark):
    """Each step has a time for every frame."""
    found = benchmark.steps(5)
    assert list(found) != []
    assert set(found) == set(STEPS)
    assert {step: len(times) for step, times in found.items()} == dict.fromkeys(
        STEPS, 5
    )


@pytest.fixture
def slow_tracker(benchmark, monkeypatch):
    """A tracker that takes 50 ms more for a frame."""
    track = benchmark.inferencer.model.tracker.track

    @functools.wraps(track)
    def slow(*args, **kwargs):
        time.sleep(0.05)
        return track(*args, **kwargs)

    monkeypatch.setattr(benchmark.inferencer.model.tracker, 'track', slow)


def test_slow_tracker(benchmark, slow_tracker):
    """Its time is in the whole run and in its own step, not in the others."""
    assert benchmark.run(4) >= 4 * 0.05
    medians = {step: statistics.median(t) for step, t in benchmark.steps(4).items()}
    assert medians.pop('association') >= 50
    assert medians['letterbox'] < 50


def test_latencies(benchmark, slow_tracker):
    """One for each frame, one frame at a time whatever the batch; nothing is left."""
    found = benchmark.latencies(3)
    assert len(found) == 3
    assert min(found) >= 50
    assert (benchmark.inferencer.batch_size, benchmark.inferencer.threads) == (2, True)


def test_description(benchmark):
    """Memory and machine are those of this process; there is no memory of a GPU."""
    found = benchmark.describe()
    memory = found['memory']
    assert memory['host_mb'] == pytest.approx(peak_memory() / 1e6, rel=0.01)
    assert memory['device_mb'] is None
    assert found['machine']['gpu'] is None


def test_same_weights(workload):
    """All variants share the weights, and track the same."""
    rows = []
    for build in workload.variants(['pytorch', 'mmcv']).values():
        benchmark = build()
        benchmark.run(3)
        rows.append(read_mot(benchmark.describe()['mot_file']))
    ours, theirs = rows
    assert len(ours) > 5
    assert (ours.ids == theirs.ids).all()
    assert ours.tlwh == pytest.approx(theirs.tlwh, abs=0.1)


@pytest.mark.parametrize('size', [[100, 96], [128, 0]])
def test_size(network, pattern_video, size):
    """The network takes multiples of 32."""
    args = parse(pattern_video, *size)
    with (
        pytest.raises(ConfigError, match='multiples of 32'),
        prepare_workload(args, network),
    ):
        pass


def test_threads(benchmark):
    """What works and what waits adds up; no thread uses more than it takes."""
    found = benchmark.threads(5)
    assert set(found['busy']) == set(THREADS)
    assert set(found['waits']) == set(WAITS)
    for thread, busy in found['busy'].items():
        assert 0 < busy <= found['whole']['run']
        assert 0 <= found['processor'][thread] <= 1.2 * busy + 1
    assert found['busy']['network'] + found['waits']['frames'] <= found['whole']['run']
    assert found['processor']['process'] > 0
