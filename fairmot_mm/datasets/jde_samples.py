"""Samples of a data set before its pipeline."""

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from fairmot_mm.datasets.label_index import LabelIndex


class JDESamples(Sequence):
    """Images and labels of all lists, in arrays that processes share without copies.

    Args:
        indices: Labels of each list.
        repeats: How many times each list occurs.
        teacher_embeds: (R, D) embedding of each row of the labels, or None.
    """

    def __init__(
        self,
        indices: Sequence[LabelIndex],
        repeats: Sequence[int] | None = None,
        teacher_embeds: np.ndarray | None = None,
    ) -> None:
        self.teacher_embeds = teacher_embeds
        self.images = np.concatenate([index.images for index in indices])
        self.rows = np.concatenate([index.rows for index in indices])
        lengths = np.concatenate([np.diff(index.starts) for index in indices])
        self.starts = np.concatenate([[0], lengths.cumsum()])
        parts = np.split(
            np.arange(len(self.images)),
            np.cumsum([len(index.images) for index in indices])[:-1],
        )
        counts = repeats or [1] * len(parts)
        self.order = np.concatenate(list(map(np.tile, parts, counts)))

    def __len__(self) -> int:
        return len(self.order)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self[k] for k in range(len(self))[index]]
        number = int(self.order[index])
        own = slice(self.starts[number], self.starts[number + 1])
        sample = {
            'img_path': os.fsdecode(self.images[number]),
            'img_id': number,
            'jde_labels': self.rows[own],
        }
        if self.teacher_embeds is not None:
            sample['teacher_embeds'] = self.teacher_embeds[own]
        return sample
