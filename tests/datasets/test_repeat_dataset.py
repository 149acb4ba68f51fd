import pytest

from fairmot_mm.datasets.seeding import SeededIndex
from fairmot_mm.registry import DATASETS

PERSON = '0 {} 0.5 0.5 0.4 0.8\n'


@pytest.fixture
def repeated(make_jde_set):
    """Two images three times, each a random flip."""
    inner = make_jde_set(a=[PERSON.format(2), PERSON.format(-1)]) | dict(
        type='JDEDataset',
        pipeline=[dict(type='LoadImage'), dict(type='RandomFlip', prob=0.5)],
    )
    return DATASETS.build(dict(type='RepeatDataset', times=3, dataset=inner))


def test_identities_stay_the_same(repeated):
    """Each repetition has the identities of the first, counted once."""
    assert len(repeated) == 6
    assert repeated.num_ids == 4
    assert repeated.num_ids_per_class == [3]
    ids = [repeated.get_data_info(k)['jde_labels'][0, 1] for k in range(6)]
    assert ids == [2, -1] * 3


def test_each_repetition_has_its_own_seed(repeated):
    """The seed of an index decides the augmentation, not the place of the image."""
    flips = [repeated[SeededIndex(k, (7, k))]['flip'] for k in range(6)]
    assert flips == [repeated[SeededIndex(k, (7, k))]['flip'] for k in range(6)]
    first = [repeated[SeededIndex(4, (seed,))]['flip'] for seed in range(8)]
    again = [repeated[SeededIndex(0, (seed,))]['flip'] for seed in range(8)]
    assert first == again
    assert {*first} == {True, False}
