import pytest

from fairmot_mm.datasets.seeding import SeededIndex
from fairmot_mm.registry import DATASETS

PERSON, CAR = '0 {} 0.5 0.5 0.4 0.8\n', '1 {} 0.5 0.5 0.4 0.8\n'


@pytest.fixture
def arguments(make_jde_set):
    """Three images of people, one of a car and one of nobody."""
    labels = [PERSON.format(k) for k in range(3)] + [CAR.format(0), '']
    classes = dict(metainfo=dict(classes=('person', 'car')))
    return dict(type='JDEDataset', **make_jde_set(a=labels), **classes)


@pytest.mark.parametrize('joined', [False, True])
def test_rare_classes_occur_more_often(arguments, joined):
    """By the root of the share of images, also around joined data sets."""
    inner = dict(type='ConcatDataset', datasets=[arguments]) if joined else arguments
    dataset = DATASETS.build(
        dict(type='ClassBalancedDataset', oversample_thr=0.5, dataset=inner)
    )
    numbers = [dataset.get_data_info(k)['img_id'] for k in range(len(dataset))]
    assert numbers == [0, 1, 2, 3, 3, 4]  # sqrt(0.5 / 0.2) = 1.6
    assert dataset.num_ids_per_class == [3, 1]
    assert dataset.num_ids == 5
    ids = [dataset.get_data_info(k)['jde_labels'][0, 1] for k in (0, 3, 4)]
    assert ids == [0, 3, 3]


def test_seeds(arguments):
    """The seed of an index reaches the image."""
    arguments['pipeline'] = [
        dict(type='LoadImage'),
        dict(type='RandomFlip', prob=0.5),
    ]
    dataset = DATASETS.build(
        dict(type='ClassBalancedDataset', oversample_thr=0.5, dataset=arguments)
    )
    third = [dataset[SeededIndex(3, (seed,))]['flip'] for seed in range(8)]
    fourth = [dataset[SeededIndex(4, (seed,))]['flip'] for seed in range(8)]
    assert third == fourth
    assert {*third} == {True, False}
