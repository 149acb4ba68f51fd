import pytest

from fairmot_mm.datasets import SeededSampler


@pytest.mark.parametrize('shuffle', [True, False])
def test_seeds(shuffle):
    """Every index comes once, with run seed, epoch and index as its seed."""
    sampler = SeededSampler(range(10), shuffle=shuffle, seed=7)
    sampler.set_epoch(3)
    indices = list(sampler)
    assert sorted(indices) == list(range(10))
    assert (indices == sorted(indices)) is not shuffle
    assert [index.seed for index in indices] == [(7, 3, index) for index in indices]


def test_order_depends_on_seed_and_epoch():
    """The order is drawn anew every epoch and is the same for the same seed."""

    def order(seed, epoch):
        sampler = SeededSampler(range(50), seed=seed)
        sampler.set_epoch(epoch)
        return list(sampler)

    assert order(0, 0) == order(0, 0)
    assert order(0, 0) != order(0, 1)
    assert order(0, 0) != order(1, 0)
