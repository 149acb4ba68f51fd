"""Identities of people who left the picture, given back when they return."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy  # it imports its parts when they are used
import torch

from fairmot_mm.registry import TASK_UTILS
from fairmot_mm.utils import DataError
from fairmot_mm.utils.contracts import require_range
from fairmot_mm.utils.tunable import Values


@TASK_UTILS.register_module()
@dataclass
class ReentryGallery:
    """Remembers embeddings of tracks that ended, and gives their identities back.

    A tracker puts every confirmed track into its gallery that ends because its person
    was not seen for too long. It asks the gallery about every new track in the frame
    that confirms the track, before the identity is first shown. An identity that is
    given back leaves the gallery, so it never belongs to two tracks. Positions are not
    compared: a person who left on the left may return on the right.

    Only the embedding decides, so the gallery helps where people leave and return and
    few of them have similar embeddings. Where no person returns it can only lower the
    scores: a person who enters for the first time may get the identity of a person who
    left. Memory and time are bounded by ``max_size``.

    Args:
        max_size: Number of identities to remember; beyond it, those that left first are
            forgotten.
        max_age: Seconds after which an identity is forgotten.
        cosine_thr: Largest cosine distance between the smoothed embedding of a track
            that ended and of one that was confirmed.
        margin: Least difference of the cosine distances to the second nearest and the
            nearest identity; below it the track keeps its new identity.

    Raises:
        ConfigError: A value is out of its range.
    """

    max_size: int = 500
    max_age: float = 300.0
    cosine_thr: float = 0.25
    margin: float = 0.05

    def __post_init__(self) -> None:
        require_range(low=1, max_size=self.max_size)
        require_range(above=0, max_age=self.max_age)
        require_range(above=0, high=2, cosine_thr=self.cosine_thr)
        require_range(low=0, high=2, margin=self.margin)
        self.reset()

    @classmethod
    def search_space(cls, cfg: Mapping[str, Any]) -> dict[str, Values]:
        """State the values to try, see `Tunable`."""
        return {'cosine_thr': (0.1, 0.5), 'margin': (0.0, 0.3)}

    def __len__(self) -> int:
        return len(self._ids)

    def reset(self) -> None:
        """Forget all identities."""
        self._ids = np.zeros(0, dtype=np.int64)
        self._labels = np.zeros(0, dtype=np.int64)
        self._times = np.zeros(0)
        self._embeds = np.zeros((0, 0))  # (G, C); C is known once G is not 0

    def state_dict(self) -> dict[str, Any]:
        """Write the identities, see `Stateful`.

        Returns:
            Four tensors of G rows.
        """
        return {
            key: torch.from_numpy(getattr(self, f'_{key}').copy())
            for key in ('ids', 'labels', 'times', 'embeds')
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Read the identities, see `Stateful`.

        Args:
            state: What `state_dict` has returned.

        Raises:
            DataError: It is damaged.
        """
        arrays = {key: state[key].numpy().copy() for key in self.state_dict()}
        if len({len(array) for array in arrays.values()}) != 1:
            raise DataError('the state of the gallery is damaged: lengths differ')
        for key, array in arrays.items():
            setattr(self, f'_{key}', array)

    def add(
        self, ids: np.ndarray, labels: np.ndarray, embeds: np.ndarray, time: float
    ) -> None:
        """Remember tracks that have ended.

        Args:
            ids: (N,) identities, none of them remembered already.
            labels: (N,) classes.
            embeds: (N, C) smoothed embeddings of unit length.
            time: Seconds since the start of the video, not before that of the last
                call.
        """
        if len(ids) == 0:
            return
        known = self._embeds if len(self) else embeds[:0]
        self._ids = np.concatenate([self._ids, ids])
        self._labels = np.concatenate([self._labels, labels])
        self._times = np.concatenate([self._times, np.full(len(ids), time)])
        self._embeds = np.concatenate([known, embeds])
        self._keep(slice(-self.max_size, None))

    def recall(self, labels: np.ndarray, embeds: np.ndarray, time: float) -> np.ndarray:
        """Give identities back to tracks of people who left.

        Args:
            labels: (N,) classes of the tracks.
            embeds: (N, C) smoothed embeddings of unit length.
            time: Seconds since the start of the video.

        Returns:
            (N,) identities, no two the same; 0 for a new person.
        """
        recalled = np.zeros(len(labels), dtype=np.int64)
        self._keep(self._times >= time - self.max_age)
        if len(self) == 0 or len(labels) == 0:
            return recalled
        cost = 1 - embeds @ self._embeds.T
        cost[~np.equal.outer(labels, self._labels)] = np.inf
        if len(self) > 1:
            best, second = np.partition(cost, 1, axis=1)[:, :2].T
            # Infinity minus infinity: the gallery has no identity of this class.
            with np.errstate(invalid='ignore'):
                cost[~(second - best >= self.margin)] = np.inf
        # Costs are cut at the threshold, where a pair is as good as no pair.
        rows, cols = scipy.optimize.linear_sum_assignment(
            np.minimum(cost, self.cosine_thr)
        )
        made = cost[rows, cols] < self.cosine_thr
        recalled[rows[made]] = self._ids[cols[made]]
        stays = np.full(len(self), True)
        stays[cols[made]] = False
        self._keep(stays)
        return recalled

    def _keep(self, rows: np.ndarray | slice) -> None:
        self._ids, self._labels = self._ids[rows], self._labels[rows]
        self._times, self._embeds = self._times[rows], self._embeds[rows]
