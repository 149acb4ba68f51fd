"""Identities of people who left, for those who come back."""

import numpy as np
from scipy.optimize import linear_sum_assignment

from fairmot_mm.registry import TASK_UTILS
from fairmot_mm.utils import ConfigError


@TASK_UTILS.register_module()
class ReentryGallery:
    """Remembers how people looked whose tracks have ended, and gives identities back.

    A tracker with a gallery hands it every confirmed track that it ends because its
    person was not seen for too long, and asks it about every new track in the frame
    that confirms it, before its identity is first shown. An identity that is given back
    leaves the gallery, so it never belongs to two tracks. Position plays no part: who
    left on the left may return on the right.

    Looks alone must decide, so this pays where people come and go and few of them look
    alike. Where nobody returns it can only do harm: who enters for the first time may
    be taken for somebody who left. Memory and time are bounded by ``max_size``.

    Args:
        max_size: Identities to remember; of more, those that left first are forgotten.
        max_age: Seconds after which an identity is forgotten.
        cosine_thr: Largest cosine distance between the smoothed embedding of a track
            that ended and of one that was confirmed.
        margin: How much farther than the nearest identity the second nearest must be;
            else the look is no evidence and the identity stays new.

    Raises:
        ConfigError: A value is out of its range.
    """

    def __init__(
        self,
        max_size: int = 500,
        max_age: float = 300.0,
        cosine_thr: float = 0.25,
        margin: float = 0.05,
    ) -> None:
        if max_size < 1 or not max_age > 0:
            raise ConfigError(
                f'max_size={max_size} must be 1 or more and max_age={max_age} seconds '
                'above 0'
            )
        if not (0 < cosine_thr <= 2 and 0 <= margin <= 2):
            raise ConfigError(
                f'cosine_thr={cosine_thr} must be in (0, 2] and margin={margin} in '
                '[0, 2]'
            )
        self.max_size = max_size
        self.max_age = max_age
        self.cosine_thr = cosine_thr
        self.margin = margin
        self.reset()

    def __len__(self) -> int:
        return len(self._ids)

    def reset(self) -> None:
        """Forget everybody."""
        self._ids = np.zeros(0, dtype=np.int64)
        self._labels = np.zeros(0, dtype=np.int64)
        self._times = np.zeros(0)
        self._embeds: np.ndarray | None = None  # (G, C), once C is known

    def add(
        self, ids: np.ndarray, labels: np.ndarray, embeds: np.ndarray, time: float
    ) -> None:
        """Remember tracks that have ended.

        Args:
            ids: (N,) identities, none of them remembered already.
            labels: (N,) classes.
            embeds: (N, C) smoothed embeddings of unit length.
            time: Seconds since the start of the video, never falling.
        """
        if len(ids) == 0:
            return
        known = embeds[:0] if self._embeds is None else self._embeds
        self._ids = np.concatenate([self._ids, ids])
        self._labels = np.concatenate([self._labels, labels])
        self._times = np.concatenate([self._times, np.full(len(ids), time)])
        self._embeds = np.concatenate([known, embeds])
        self._keep(slice(-self.max_size, None))

    def recall(self, labels: np.ndarray, embeds: np.ndarray, time: float) -> np.ndarray:
        """Give identities back to tracks of somebody who left.

        Args:
            labels: (N,) classes of the tracks.
            embeds: (N, C) smoothed embeddings of unit length.
            time: Seconds since the start of the video.

        Returns:
            (N,) identities, no two the same; 0 for somebody new.
        """
        recalled = np.zeros(len(labels), dtype=np.int64)
        if self._embeds is None or len(labels) == 0:
            return recalled
        self._keep(self._times >= time - self.max_age)
        if len(self) == 0:
            return recalled
        cost = 1 - embeds @ self._embeds.T
        cost[~np.equal.outer(labels, self._labels)] = np.inf
        if len(self) > 1:
            best, second = np.partition(cost, 1, axis=1)[:, :2].T
            # Infinity minus infinity: no identity of this class, so none to give.
            with np.errstate(invalid='ignore'):
                cost[~(second - best >= self.margin)] = np.inf
        # At the threshold a pair is worth no more than none.
        rows, cols = linear_sum_assignment(np.minimum(cost, self.cosine_thr))
        made = cost[rows, cols] < self.cosine_thr
        recalled[rows[made]] = self._ids[cols[made]]
        stays = np.full(len(self), True)
        stays[cols[made]] = False
        self._keep(stays)
        return recalled

    def _keep(self, rows: np.ndarray | slice) -> None:
        self._ids, self._labels = self._ids[rows], self._labels[rows]
        self._times = self._times[rows]
        if self._embeds is not None:
            self._embeds = self._embeds[rows]
