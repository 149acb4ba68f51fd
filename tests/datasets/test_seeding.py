import pickle
import random

import numpy as np
import pytest
import torch

from fairmot_mm.datasets.seeding import SeededIndex, local_seed


def draw():
    """One number of each generator."""
    return random.random(), np.random.random(), torch.rand(()).item()  # noqa: NPY002


def test_states_come_back():
    """After the body, also one that fails, the generators go on as if it was not."""
    random.seed(1), np.random.seed(1), torch.manual_seed(1)  # noqa: NPY002
    expected = [draw(), draw()]
    random.seed(1), np.random.seed(1), torch.manual_seed(1)  # noqa: NPY002
    with local_seed((1, 2)):
        draw()
    assert draw() == expected[0]
    with pytest.raises(ZeroDivisionError), local_seed((3,)):
        _ = draw()[0] / 0
    assert draw() == expected[1]


def test_entropy_decides():
    """Equal entropy draws equal numbers, any other draws others."""
    drawn = []
    for entropy in [(317, 0, 5), (317, 0, 5), (317, 5, 0), (317, 0, 6)]:
        with local_seed(entropy):
            drawn.append(draw())
    assert drawn[0] == drawn[1]
    assert len(set(drawn)) == 3


def test_index_travels_to_a_worker():
    """A seeded index is an integer that keeps its seed when pickled."""
    index = pickle.loads(pickle.dumps(SeededIndex(7, (317, 2, 7))))
    assert index == 7
    assert ['a'] * index == ['a'] * 7
    assert index.seed == (317, 2, 7)
