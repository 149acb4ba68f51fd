import numpy as np
import pytest

from fairmot_mm.exports import TrackedFrame, TrackedVideo


@pytest.fixture
def make_frame():
    """A frame of 100x80 pixels at 10 frames a second.

    A track is (identity, label, left, top, width, height); its score is 1 / identity.
    """

    def make(index, *tracks, visibility=1.0, image=''):
        table = np.array(tracks, float).reshape(-1, 6)
        ids = table[:, 0].astype(int)
        return TrackedFrame(
            number=index + 1,
            index=index,
            time=index / 10,
            size=(100, 80),
            image=image,
            ids=ids,
            labels=table[:, 1].astype(int),
            scores=1 / ids,
            tlwh=table[:, 2:],
            visibility=np.full(len(ids), visibility),
        )

    return make


@pytest.fixture
def video():
    return TrackedVideo('clip', ('person', 'car, "big"'), 10.0)


@pytest.fixture
def full_disk(monkeypatch):
    """Files cannot grow any more, as with `ulimit -f`; gives the limit in bytes."""
    import resource
    import signal

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    def limit(num_bytes):
        resource.setrlimit(resource.RLIMIT_FSIZE, (num_bytes, before[1]))

    yield limit
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    signal.signal(signal.SIGXFSZ, ignored)
