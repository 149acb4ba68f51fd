import functools
import statistics
import time

import pytest

from fairmot_mm.benchmark import Session, Variant, prepare_subject
from fairmot_mm.utils import STEPS, ConfigError, read_mot
from fairmot_mm.utils.machine import peak_memory


@pytest.fixture(scope='module')
def subject(network, pattern_video, tmp_path_factory):
    with prepare_subject(
        network,
        None,
        pattern_video,
        input_size=(128, 96),
        folder=tmp_path_factory.mktemp('subject'),
        people=5,
        settings={'device': 'cpu'},
        save_video=True,
    ) as subject:
        yield subject


@pytest.fixture(scope='module')
def session(subject):
    return Session(subject.job(Variant.parse('batch-2')))


def test_run(session):
    """Frames from file to file; the random weights find something."""
    run = session.run(4)
    assert run['frames'] == 4
    frames = read_mot(run['mot_file']).frames
    assert set(frames) <= {1, 2, 3, 4}
    assert 1 <= (frames == 1).sum() <= 10


def test_short_video(session):
    """A video that ends early is measured to its end, and the number says so."""
    assert session.run(99)['frames'] == 6


def test_stages(session):
    """Each step has a time for every frame."""
    found = session.stages(5)
    assert list(found) != []
    assert set(found) == set(STEPS)
    assert {step: len(times) for step, times in found.items()} == dict.fromkeys(
        STEPS, 5
    )


@pytest.fixture
def slow_tracker(session, monkeypatch):
    """A tracker that takes 50 ms more for a frame."""
    track = session.inferencer.model.tracker.track

    @functools.wraps(track)
    def slow(*args, **kwargs):
        time.sleep(0.05)
        return track(*args, **kwargs)

    monkeypatch.setattr(session.inferencer.model.tracker, 'track', slow)


def test_slow_tracker(session, slow_tracker):
    """Its time is in the whole run and in its own step, not in the others."""
    assert session.run(4)['seconds'] >= 4 * 0.05
    medians = {step: statistics.median(t) for step, t in session.stages(4).items()}
    assert medians.pop('association') >= 50
    assert medians['letterbox'] < 50


def test_latencies(session, slow_tracker):
    """One for each frame, one frame at a time whatever the batch; nothing is left."""
    found = session.latencies(3)
    assert len(found) == 3
    assert min(found) >= 50
    assert (session.inferencer.batch_size, session.inferencer.threads) == (2, True)


def test_description(session):
    """Memory and machine are those of this process; there is no memory of a GPU."""
    memory = session.memory()
    assert memory['host_mb'] == pytest.approx(peak_memory() / 1e6, rel=0.01)
    assert memory['device_mb'] is None
    assert session.describe()['machine']['gpu'] is None


def test_same_weights(subject):
    """All variants share the weights, and track the same."""
    ours, theirs = (
        read_mot(Session(subject.job(Variant.parse(name))).run(3)['mot_file'])
        for name in ('pytorch', 'mmcv')
    )
    assert len(ours) > 5
    assert (ours.ids == theirs.ids).all()
    assert ours.tlwh == pytest.approx(theirs.tlwh, abs=0.1)


@pytest.mark.parametrize('size', [(100, 96), (128, 0)])
def test_size(network, pattern_video, size):
    """The network takes multiples of 32."""
    with (
        pytest.raises(ConfigError, match='multiples of 32'),
        prepare_subject(network, None, pattern_video, input_size=size),
    ):
        pass
