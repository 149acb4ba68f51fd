import numpy as np

from fairmot_mm.exports import IdentityCounter


def test_the_same_as_a_set():
    """Tracks that begin, overlap, are lost for a while, and change class."""
    random = np.random.default_rng(0)
    counter, seen = IdentityCounter(3), set()
    for frame in range(12_000):
        newest = frame // 7
        alive = np.arange(max(0, newest - 20), newest + 1)
        # A number may be shown a little later than a larger one.
        ids = random.permutation(alive[random.random(len(alive)) < 0.3])
        labels = random.integers(0, 3, len(ids)) if frame % 50 == 0 else ids % 3
        counter.update(ids, labels)
        seen |= {*zip(ids.tolist(), labels.tolist(), strict=True)}
    expected = [sum(label == k for _, label in seen) for k in range(3)]
    assert counter.totals.tolist() == expected


def test_one_that_stays_and_one_that_comes_back():
    """Both count once, however long the run is; a second class counts once more."""
    counter = IdentityCounter(2)
    for frame in range(5000):
        back = [2] if frame < 10 or frame > 4500 else []
        ids = np.array([1, *back, 3 + frame])
        labels = np.array([int(frame == 4900), *[0 for _ in back], 1])
        counter.update(ids, labels)
    assert counter.totals.tolist() == [2, 5001]


def test_memory():
    """What is kept depends on the last frames, and not on the length of the run."""
    counter, sizes = IdentityCounter(), []
    for frame in range(6000):
        counter.update(np.arange(3 * frame, 3 * frame + 3))
        sizes.append(len(counter._ids))
    assert counter.totals.tolist() == [18_000]
    assert max(sizes) == sizes[-1] == sizes[2000] <= 3003


def test_nobody():
    """Frames without tracks count nobody."""
    counter = IdentityCounter()
    counter.update(np.zeros(0, np.int64))
    assert counter.totals.tolist() == [0]
