import cv2
import numpy as np
import pytest
from mmengine.dataset import BaseDataset

from fairmot_mm.datasets import ConcatDataset, JDEDataset, RepeatDataset, VideoSampler
from fairmot_mm.datasets.seeding import SeededIndex
from fairmot_mm.registry import DATASETS
from fairmot_mm.utils import ConfigError

PERSON, CAR = '0 {} 0.5 0.5 0.4 0.8\n', '1 {} 0.5 0.5 0.4 0.8\n'
TWO_CLASSES = dict(metainfo=dict(classes=('person', 'car')))


def part(arguments, name, **more):
    """Config of a data set with one list of the set of lists."""
    chosen = [file for file in arguments['ann_files'] if name in file]
    return {**arguments, 'type': 'JDEDataset', 'ann_files': chosen, **more}


def identities(dataset):
    """Identities of each image, in the order of the data set."""
    return [
        dataset.get_data_info(k)['jde_labels'][:, 1].tolist()
        for k in range(len(dataset))
    ]


@pytest.mark.parametrize('more', [{}, TWO_CLASSES])
def test_equals_the_lists_of_one_data_set(make_jde_set, more):
    """Identities, counts and image numbers are those of a JDEDataset of all lists."""
    car = CAR if more else PERSON
    arguments = make_jde_set(
        a=[PERSON.format(4) + car.format(1), PERSON.format(-1)],
        b=[PERSON.format(0) + car.format(2)],
        c=[car.format(1)],
    )
    whole = JDEDataset(**arguments, **more)
    joined = DATASETS.build(
        dict(
            type='ConcatDataset',
            datasets=[part(arguments, f'{name}.', **more) for name in 'abc'],
        )
    )
    assert identities(joined) == identities(whole)
    assert joined.num_ids == whole.num_ids
    assert joined.num_ids_per_class == whole.num_ids_per_class
    numbers = [joined.get_data_info(k)['img_id'] for k in range(len(joined))]
    assert numbers == [0, 1, 2, 3]
    assert joined.metainfo == whole.metainfo


def test_data_sets_in_data_sets(make_jde_set):
    """Joined data sets are repeated and joined again, with one numbering."""
    arguments = make_jde_set(a=[PERSON.format(1)], b=[PERSON.format(0)], c=['', ''])
    a, b, c = (part(arguments, f'{name}.') for name in 'abc')
    inner = dict(type='ConcatDataset', datasets=[b, c])
    outer = dict(
        type='ConcatDataset',
        datasets=[a, dict(type='RepeatDataset', times=2, dataset=inner), a],
    )
    dataset = DATASETS.build(outer)
    assert identities(dataset) == [[1], [2], [], [], [2], [], [], [4]]
    assert dataset.num_ids == 2 + 1 + 2 + 1
    numbers = [dataset.get_data_info(k)['img_id'] for k in range(8)]
    assert numbers == [0, 1, 2, 3, 1, 2, 3, 7]


def test_seeds_reach_the_inner_data_sets(make_jde_set):
    """A sample is augmented by its own seed, whichever data set it lies in."""
    arguments = make_jde_set(a=[PERSON.format(0)], b=[PERSON.format(0)])
    steps = [dict(type='LoadImage'), dict(type='RandomFlip', prob=0.5)]
    dataset = DATASETS.build(
        dict(
            type='ConcatDataset',
            datasets=[part(arguments, f'{n}.', pipeline=steps) for n in 'ab'],
        )
    )
    plain = JDEDataset(**{**arguments, 'pipeline': steps})
    for seed in range(8):
        for index in (0, 1):
            chosen = SeededIndex(index, (seed, index))
            assert dataset[chosen]['flip'] == plain[chosen]['flip']
    flips = {dataset[SeededIndex(1, (seed,))]['flip'] for seed in range(8)}
    assert flips == {True, False}


def test_different_classes(make_jde_set):
    """One line says what differs."""
    arguments = make_jde_set(a=[PERSON.format(0)])
    parts = [part(arguments, 'a.'), part(arguments, 'a.', **TWO_CLASSES)]
    with pytest.raises(ConfigError, match='have different metainfo'):
        DATASETS.build(dict(type='ConcatDataset', datasets=parts))


class WithoutIdentities(BaseDataset):
    """A data set of a user that numbers nothing."""

    METAINFO = JDEDataset.METAINFO

    def load_data_list(self):
        return [dict(img_id=0)]


def test_one_without_identities(make_jde_set):
    """It is named; alone, such data sets are joined as in mmengine."""
    other = WithoutIdentities()
    assert len(ConcatDataset([other, other])) == 2
    jde = JDEDataset(**make_jde_set(a=[PERSON.format(0)]))
    with pytest.raises(ConfigError, match=r'JDEDataset, .* and WithoutIdentities, '):
        ConcatDataset([jde, other])


def test_videos(make_frames):
    """Videos of several folders are tracked, each as a whole."""
    roots = [make_frames(name, count) for name, count in (('a', 3), ('b', 2))]
    parts = [dict(type='MOTVideoDataset', data_root=str(root)) for root in roots]
    dataset = DATASETS.build(dict(type='ConcatDataset', datasets=parts))
    assert dataset.video_ranges == [range(0, 3), range(3, 5)]
    assert [*VideoSampler(dataset)] == [0, 1, 2, 3, 4]
    assert not hasattr(dataset, 'num_ids')
    repeated = RepeatDataset(dataset.datasets[0], 2)
    with pytest.raises(ConfigError, match=r'VideoSampler .* RepeatDataset'):
        VideoSampler(repeated)


@pytest.fixture
def make_frames(tmp_path, make_jde_set):
    """Write a folder with one sequence of some frames."""

    def make(name, count):
        folder = tmp_path / name / f'seq_{name}' / 'img1'
        folder.mkdir(parents=True)
        for number in range(1, count + 1):
            cv2.imwrite(str(folder / f'{number:06d}.jpg'), np.zeros((8, 8, 3), 'uint8'))
        (folder.parent / 'seqinfo.ini').write_text(
            f'[Sequence]\nname=seq_{name}\nimDir=img1\nframeRate=25\n'
            f'seqLength={count}\nimWidth=8\nimHeight=8\nimExt=.jpg\n'
        )
        return tmp_path / name

    return make
