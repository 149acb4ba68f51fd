import random

import numpy as np
import pytest
import torch
from mmengine.dataset import pseudo_collate
from torch.utils.data import DataLoader

from fairmot_mm.datasets import JDEDataset, SeededSampler
from fairmot_mm.datasets.seeding import SeededIndex
from fairmot_mm.utils import DataError

PIPELINE = [
    dict(type='LoadImage'),
    dict(type='LoadJDELabels'),
    dict(type='SaturationValueJitter'),
    dict(type='Letterbox', scale=(64, 32)),
    dict(type='JDERandomAffine'),
    dict(type='RandomFlip', prob=0.5),
    dict(type='PackJDEInputs'),
]
FUSED = [dict(type='FusedJDEAugment', transforms=PIPELINE[:-1]), PIPELINE[-1]]
PERSON = '0 {} 0.5 0.5 0.4 0.8\n'


def equal_samples(one, other):
    """Whether two packed samples are the same, pixels and ground truth."""
    mine, theirs = (sample['data_samples'].gt_instances for sample in (one, other))
    return (
        torch.equal(one['inputs'], other['inputs'])
        and torch.equal(mine.bboxes.tensor, theirs.bboxes.tensor)
        and torch.equal(mine.instances_ids, theirs.instances_ids)
    )


def test_identities_as_published(golden_dataset):
    """Counts, offsets and classes are those the published code finds (meta.json)."""
    assert len(golden_dataset) == 5
    assert golden_dataset.num_ids == 15
    ids = [golden_dataset.get_data_info(i)['jde_labels'][:, 1] for i in range(5)]
    assert ids[1].tolist() == [11]
    assert len(ids[2]) == 0
    known = np.concatenate(ids[3:])
    known = known[known >= 0]
    assert known.min() >= 12
    assert known.max() <= 13


def test_offsets_of_several_lists(make_jde_set):
    """Each list starts where the ones before end; -1 stays -1, whatever the order."""
    sets = dict(
        a=[PERSON.format(4), PERSON.format(-1)],
        b=[PERSON.format(0) + PERSON.format(2)],
        c=[PERSON.format(1)],
    )
    arguments = make_jde_set(**sets)
    ids = [info['jde_labels'][:, 1].tolist() for info in load(arguments)]
    assert ids == [[4], [-1], [5, 7], [9]]
    assert JDEDataset(**arguments).num_ids == 11
    arguments['ann_files'] = arguments['ann_files'][::-1]
    ids = [info['jde_labels'][:, 1].tolist() for info in load(arguments)]
    assert ids == [[1], [2, 4], [9], [-1]]


def test_lists_seen_more_than_once(make_jde_set):
    """A repeated list has more images in an epoch, and no more identities."""
    person = PERSON.format(0)
    arguments = make_jde_set(a=[person, person], b=[PERSON.format(3)])
    once = JDEDataset(**arguments)
    often = JDEDataset(**arguments, repeats=[1, 3])
    assert (len(once), len(often)) == (3, 5)
    assert often.num_ids == once.num_ids == 6
    infos = [often.get_data_info(index) for index in range(5)]
    assert [info['jde_labels'][0, 1] for info in infos] == [0, 0, 4, 4, 4]
    assert [info['img_id'] for info in infos] == [0, 1, 2, 2, 2]
    with pytest.raises(DataError, match='each of the 2 ann_files'):
        JDEDataset(**arguments, repeats=[3])


def load(arguments):
    dataset = JDEDataset(**arguments)
    return [dataset.get_data_info(index) for index in range(len(dataset))]


def test_nobody_known(make_jde_set):
    """A list without identities adds none."""
    arguments = make_jde_set(a=[PERSON.format(-1)], b=[''], c=[PERSON.format(0)])
    assert JDEDataset(**arguments).num_ids == 2


def test_blank_lines(make_jde_set, tmp_path):
    """Blank lines in lists and labels mean nothing."""
    arguments = make_jde_set(a=['\n' + PERSON.format(1) + '\n', ''])
    list_file = tmp_path / 'a.train'
    list_file.write_text('\n' + list_file.read_text().replace('\n', '\n\n  \n'))
    infos = load(arguments)
    assert [info['jde_labels'].shape for info in infos] == [(1, 6), (0, 6)]


@pytest.mark.parametrize(
    ('label', 'message'),
    [
        (None, r'000\.png has no label file .*000\.txt: No such file'),
        ('0 1 .5 .5 .1\n', r'000\.txt, line 1: 5 columns, expected 6 \(class id cx'),
        (PERSON.format(1) + '\n0 1 .5 .5 .1\n', r'000\.txt, line 3: 5 columns'),
        (PERSON.format(1) + '0 1 nan .5 .1 .1\n', r'000\.txt, line 2: .* not finite'),
        ('0 1 .5 .5 .1 inf\n', r'000\.txt, line 1: .* not finite'),
        ('0 1 .5 .5 .1 tall\n', r"000\.txt, line 1: .*'tall'"),
        (PERSON.format(1) + '1 1 .5 .5 .1 .1\n', r'line 2: class 1, but .* has 1 '),
        ('-1 1 .5 .5 .1 .1\n', r'000\.txt, line 1: class -1'),
    ],
)
def test_bad_label(make_jde_set, label, message):
    """The message names the label file, the line and what is wrong."""
    with pytest.raises(DataError, match=message):
        JDEDataset(**make_jde_set(a=[label]))


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        ('', r'a\.train names no image'),
        ('\n\n', r'a\.train names no image'),
        (
            '\npics/000.png\n',
            r"a\.train, line 2: pics/000\.png has no folder .*'images",
        ),
        ('a/images/404.png\n', r'404\.png has no label file .*404\.txt'),
    ],
)
def test_bad_list(make_jde_set, tmp_path, text, message):
    """The message names the list and the line."""
    arguments = make_jde_set(a=[''])
    (tmp_path / 'a.train').write_text(text)
    with pytest.raises(DataError, match=message):
        JDEDataset(**arguments)


def test_missing_list(tmp_path):
    """The message names the list and the way to make one."""
    with pytest.raises(DataError, match=r'cannot read image list .*gone\.train.*conv'):
        JDEDataset(data_root=str(tmp_path), ann_files=['gone.train'])


@pytest.mark.parametrize('ann_files', [[], 'a.train'])
def test_lists_must_be_a_list(tmp_path, ann_files):
    """A bare string or an empty list is refused."""
    with pytest.raises(DataError, match='ann_files must be a list'):
        JDEDataset(data_root=str(tmp_path), ann_files=ann_files)


def test_more_classes(make_jde_set):
    """Classes of the metainfo decide which labels are right."""
    arguments = make_jde_set(a=['1 0 .5 .5 .4 .8\n'])
    dataset = JDEDataset(**arguments, metainfo=dict(classes=('person', 'car')))
    assert dataset.get_data_info(0)['jde_labels'][0, 0] == 1


def test_identities_of_several_classes(make_jde_set):
    """An id counts within its class; the classes follow each other, each with its own
    lists one after the other."""
    car = '1 {} 0.5 0.5 0.4 0.2\n'
    sets = dict(
        a=[PERSON.format(1) + car.format(0), car.format(2)],
        b=[car.format(0) + PERSON.format(0), car.format(-1)],
    )
    arguments = make_jde_set(**sets)
    dataset = JDEDataset(**arguments, metainfo=dict(classes=('person', 'car')))
    assert dataset.num_ids_per_class == [2 + 1, 3 + 1]
    assert dataset.num_ids == 8
    ids = [dataset.get_data_info(i)['jde_labels'][:, 1].tolist() for i in range(4)]
    assert ids == [[1, 3], [5], [6, 2], [-1]]


@pytest.fixture(params=[PIPELINE, FUSED], ids=['steps', 'fused'])
def dataset(make_jde_set, request):
    labels = [PERSON.format(i) for i in range(6)]
    return JDEDataset(**make_jde_set(a=labels), pipeline=request.param)


def seed_everything(seed):
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - the state that must not matter
    torch.manual_seed(seed)


def test_seed_alone_decides(dataset):
    """The same seeded index gives the same sample whatever was drawn before."""
    seed_everything(0)
    first = dataset[SeededIndex(2, (317, 0, 2))]
    seed_everything(1)
    second = dataset[SeededIndex(2, (317, 0, 2))]
    assert equal_samples(first, second)
    assert not equal_samples(first, dataset[SeededIndex(2, (317, 1, 2))])
    assert not equal_samples(first, dataset[SeededIndex(2, (318, 0, 2))])


def test_plain_index_draws_globally(dataset):
    """A plain index is augmented from the global generators, as everywhere."""
    seed_everything(0)
    first, second = dataset[2], dataset[2]
    seed_everything(0)
    assert equal_samples(first, dataset[2])
    assert not equal_samples(first, second)


def epochs(dataset, num_workers, num_epochs=2):
    """All samples of some epochs, in order."""
    sampler = SeededSampler(dataset, shuffle=True, seed=317)
    loader = DataLoader(
        dataset,
        batch_size=2,
        sampler=sampler,
        num_workers=num_workers,
        collate_fn=pseudo_collate,
        persistent_workers=num_workers > 0,
    )
    samples = []
    for epoch in range(num_epochs):
        sampler.set_epoch(epoch)
        for batch in loader:
            pairs = zip(batch['inputs'], batch['data_samples'], strict=True)
            samples += [dict(inputs=i, data_samples=s) for i, s in pairs]
    return samples


def test_workers_do_not_matter(dataset):
    """Without and with two workers, two epochs have the same samples."""
    alone, spread = epochs(dataset, 0), epochs(dataset, 2)
    assert len(alone) == len(spread) == 12
    assert all(equal_samples(*pair) for pair in zip(alone, spread, strict=True))


def test_epochs_differ(dataset):
    """The same image is augmented differently in the next epoch."""
    samples = epochs(dataset, 0)
    paths = [sample['data_samples'].img_path for sample in samples]
    assert sorted(paths[:6]) == sorted(paths[6:])
    for sample, path in zip(samples[:6], paths[:6], strict=True):
        assert not equal_samples(sample, samples[6 + paths[6:].index(path)])


@pytest.mark.parametrize(
    ('image', 'label'),
    [
        (
            'MOT17/images/train/MOT17-02-SDP/img1/000001.jpg',
            'MOT17/labels_with_ids/train/MOT17-02-SDP/img1/000001.txt',
        ),
        (
            'Caltech/data/images/set00_V000_1271.png',
            'Caltech/data/labels_with_ids/set00_V000_1271.txt',
        ),
        (
            'Cityscapes/images/train/jena/jena_000000_000019_leftImg8bit.png',
            'Cityscapes/labels_with_ids/train/jena/jena_000000_000019_leftImg8bit.txt',
        ),
        ('CUHKSYSU/images/s1.jpg', 'CUHKSYSU/labels_with_ids/s1.txt'),
        ('PRW/images/c1s1_000151.jpg', 'PRW/labels_with_ids/c1s1_000151.txt'),
        (
            'ETHZ/eth01/images/image_00000001_0.png',
            'ETHZ/eth01/labels_with_ids/image_00000001_0.txt',
        ),
        (
            'crowdhuman/images/train/273271,c9db000d5146c15.jpg',
            'crowdhuman/labels_with_ids/train/273271,c9db000d5146c15.txt',
        ),
    ],
)
def test_published_lists(tmp_path, image, label):
    """Paths as the published list files have them, below any root."""
    root = tmp_path / 'all images'
    (root / label).parent.mkdir(parents=True)
    (root / label).write_text('0 4 0.5 0.5 0.1 0.2\n')
    (root / 'a.train').write_text(f'{image}\r\n\n')
    dataset = JDEDataset(data_root=str(root), ann_files=['a.train'])
    assert [info['img_path'] for info in dataset] == [str(root / image)]
    assert dataset.num_ids == 6


@pytest.fixture
def damaged_set(make_jde_set, tmp_path):
    """Eight images, of which two cannot be decoded; gives the arguments."""
    arguments = make_jde_set(a=[PERSON.format(number) for number in range(8)])
    for number in (2, 5):
        (tmp_path / f'a/images/{number:03d}.png').write_bytes(b'no image')
    return arguments


@pytest.mark.parametrize('pipeline', [PIPELINE, FUSED], ids=['steps', 'fused'])
def test_corrupt_images_are_replaced(damaged_set, pipeline):
    """With 'skip' another image takes the place, whatever the workers; it says so."""
    dataset = JDEDataset(**damaged_set, pipeline=pipeline, on_corrupt='skip')
    epochs = []
    for num_workers in (0, 2):
        loader = DataLoader(
            dataset,
            sampler=SeededSampler(dataset, seed=3),
            num_workers=num_workers,
            collate_fn=lambda samples: samples[0],
        )
        epochs.append([*loader])
    assert all(equal_samples(*pair) for pair in zip(*epochs, strict=True))
    replaced = [
        sample['data_samples'].metainfo
        for sample in epochs[0]
        if sample['data_samples'].metainfo['unreadable']
    ]
    assert len(replaced) == 2
    for info in replaced:
        assert any(
            f'{n:03d}.png cannot be decoded' in info['unreadable'][0] for n in (2, 5)
        )
        assert not info['img_path'].endswith(('002.png', '005.png'))


def test_corrupt_images_stop_by_default(damaged_set):
    """Without the choice the image is named and nothing takes its place."""
    with pytest.raises(DataError, match=r'002\.png cannot be decoded'):
        JDEDataset(**damaged_set, pipeline=PIPELINE)[2]


def test_nothing_but_corrupt_images(damaged_set, tmp_path):
    """Where no image can be read, the search for another one ends."""
    for image in (tmp_path / 'a/images').iterdir():
        image.write_bytes(b'no image')
    dataset = JDEDataset(**damaged_set, pipeline=PIPELINE, on_corrupt='skip')
    with pytest.raises(DataError, match=r'\.png cannot be decoded'):
        dataset[0]


def test_unknown_way_with_corrupt_images(damaged_set):
    """There are two."""
    with pytest.raises(ValueError, match="'stop' or 'skip', not 'ignore'"):
        JDEDataset(**damaged_set, on_corrupt='ignore')


def test_background_lists(make_jde_set):
    """Images without people need no label, come last, and may be repeated."""
    arguments = make_jde_set(a=[PERSON.format(4), PERSON.format(2)], plain=[None, None])
    arguments['ann_files'] = ['a.train']
    dataset = JDEDataset(
        **arguments,
        background_files=['plain.train'],
        repeats=[1, 3],
        pipeline=PIPELINE,
    )
    assert len(dataset) == 2 + 3 * 2
    assert dataset.num_ids == 6
    names = [dataset.get_data_info(k)['img_path'][-13:] for k in range(len(dataset))]
    assert names[2:4] * 3 == names[2:]
    assert 'plain' in dataset.get_data_info(2)['img_path']
    sample = dataset[5]['data_samples']
    assert len(sample.gt_instances.bboxes) == len(sample.ignored_instances.bboxes) == 0
    assert dataset.get_instances_ids(5) == []
    assert dataset.get_cat_ids(5) == []


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (dict(background_files=['no.list']), 'no.list'),
        (dict(background_files=['empty.list']), 'names no image'),
        (
            dict(background_files=['a.train'], repeats=[1]),
            'each of the 2 ann_files and',
        ),
        (dict(teacher_embeds=['a', 'b']), 'a file or None for each of the 1 ann_files'),
        (dict(teacher_embeds=['no.npz']), 'no.npz does not exist: write it with tools'),
        (dict(teacher_embeds=['a.train']), 'a.train is not a file of embeddings'),
    ],
)
def test_wrong_further_files(options, message, make_jde_set, tmp_path):
    """One line that names the file or the number."""
    arguments = make_jde_set(a=[PERSON.format(4)])
    (tmp_path / 'empty.list').touch()
    with pytest.raises(DataError, match=message):
        JDEDataset(**arguments, **options)


def test_ignore_regions_are_no_class_and_no_identity(make_jde_set):
    """They do not count for a classifier or a sampler."""
    text = PERSON.format(4) + '-1 -1 0.2 0.5 0.1 0.2\n'
    dataset = JDEDataset(**make_jde_set(a=[text], b=[PERSON.format(1) + text]))
    assert dataset.num_ids == 5 + 5 + 1
    assert dataset.get_cat_ids(0) == [0]
    assert dataset.get_instances_ids(1) == [6, 9]
    assert dataset.get_data_info(1)['jde_labels'][2, :2].tolist() == [-1, -1]
