"""Random numbers of a sample, independent of workers and of what ran before."""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import torch


class SeededIndex(int):
    """Index of a sample that carries the seed its augmentation is drawn from.

    Args:
        index: Index into the data set.
        seed: Entropy of the sample: run, epoch and index.
    """

    seed: tuple[int, ...]

    def __new__(cls, index: int, seed: tuple[int, ...]) -> 'SeededIndex':
        """An integer with a ``seed``."""
        self = super().__new__(cls, index)
        self.seed = seed
        return self

    def __reduce__(self) -> tuple[type, tuple[int, tuple[int, ...]]]:
        return type(self), (int(self), self.seed)


@contextmanager
def local_seed(entropy: Sequence[int]) -> Iterator[None]:
    """Seed Python, numpy and torch for the body; give the old states back after it.

    Args:
        entropy: Non-negative integers that decide the numbers drawn.
    """
    states = random.getstate(), np.random.get_state(), torch.get_rng_state()  # noqa: NPY002 - transforms of mmdet draw from the global generator
    seed = int(np.random.SeedSequence(entropy).generate_state(1)[0])
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002
    torch.manual_seed(seed)
    try:
        yield
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])  # noqa: NPY002
        torch.set_rng_state(states[2])
