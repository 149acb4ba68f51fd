"""Counting all identities of a run without keeping them."""

import numpy as np

# Number of frames for which an identity is remembered.
_MEMORY = 1000


class IdentityCounter:
    """Counts identities by class, also through a run without an end.

    A tracker gives its identities numbers that only grow, and shows a new one within a
    few frames. So an identity that was not seen in the last 1,000 frames is new if its
    number is above all numbers of that time, and otherwise one that has come back.
    Memory and time of a frame depend on the identities of the last frames only. An
    identity counts once in each class that it has had; one that comes back after 1,000
    frames or more does not count again, whatever its class is then.

    Args:
        num_classes: Number of classes.

    Attributes:
        totals: (K,) int64 identities of each class so far.
    """

    def __init__(self, num_classes: int = 1) -> None:
        self.totals = np.zeros(num_classes, np.int64)
        self._num_frames = 0
        # The R identities that are remembered, the classes that each has had, and the
        # frame in which it was seen last.
        self._ids = self._last = np.zeros(0, np.int64)
        self._classes = np.zeros((0, num_classes), bool)
        # Largest numbers: of all frames, up to 1,000 to 2,000 frames ago, and between.
        self._largest = self._old = self._next_old = -1

    def update(self, ids: np.ndarray, labels: np.ndarray | None = None) -> None:
        """Count in the next frame.

        Args:
            ids: (M,) identities.
            labels: (M,) their classes, from 0; None where there is only one class.
        """
        if labels is None:
            labels = np.zeros(len(ids), np.int64)
        if self._num_frames % _MEMORY == 0:
            self._old, self._next_old = self._next_old, self._largest
        classes = np.zeros((len(ids), len(self.totals)), bool)
        classes[ids <= self._old] = True
        _, now, before = np.intersect1d(ids, self._ids, return_indices=True)
        classes[now] = self._classes[before]
        rows = np.arange(len(ids))
        self.totals += np.bincount(
            labels[~classes[rows, labels]], minlength=len(self.totals)
        )
        classes[rows, labels] = True
        kept = self._num_frames - self._last < _MEMORY
        kept[before] = False
        self._ids = np.concatenate([ids, self._ids[kept]])
        self._classes = np.concatenate([classes, self._classes[kept]])
        times = np.full(len(ids), self._num_frames)
        self._last = np.concatenate([times, self._last[kept]])
        self._largest = max(self._largest, int(ids.max(initial=-1)))
        self._num_frames += 1
