"""Random numbers that depend on the sample, not on workers or earlier samples."""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import torch


class SeededIndex(int):
    """Index of a sample, together with the seed of its augmentation.

    Args:
        index: Index into the data set.
        seed: Seed of the sample: seed of the run, epoch and index.
    """

    seed: tuple[int, ...]

    def __new__(cls, index: int, seed: tuple[int, ...]) -> 'SeededIndex':
        """Make an integer with a ``seed``."""
        self = super().__new__(cls, index)
        self.seed = seed
        return self

    def __reduce__(self) -> tuple[type, tuple[int, tuple[int, ...]]]:
        return type(self), (int(self), self.seed)


@contextmanager
def local_seed(entropy: Sequence[int]) -> Iterator[None]:
    """Seed Python, numpy and torch for the body, and restore their states after it.

    Args:
        entropy: Non-negative integers that together are the seed.
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
