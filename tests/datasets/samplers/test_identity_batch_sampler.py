import numpy as np
import pytest
from mmengine.dataset import InfiniteSampler

from fairmot_mm.datasets import IdentityBatchSampler, JDEDataset, SeededSampler
from fairmot_mm.utils import ConfigError, DataError

# Three videos of 20 frames with three people each, of which one is in every second
# frame only; 8 stills with a person of their own; 4 images without identities.
VIDEOS = [
    [10 * video, 10 * video + 1, *([10 * video + 2] if frame % 2 else [])]
    for video in range(3)
    for frame in range(20)
]
IMAGES = [*VIDEOS, *([100 + still] for still in range(8)), [], [], [], []]


class People:
    """A data set that only knows who is in its images."""

    def __init__(self, images=IMAGES):
        self.images = images

    def __len__(self):
        return len(self.images)

    def get_instances_ids(self, idx):
        return self.images[idx]


@pytest.fixture
def make_sampler():
    """A batch sampler in a process of several."""

    def make(batch_size=8, k=2, rank=0, world_size=1, epoch=0, seed=3, **kwargs):
        sampler = SeededSampler(kwargs.pop('dataset', People()), seed=seed, **kwargs)
        sampler.rank, sampler.world_size = rank, world_size
        sampler.set_epoch(epoch)
        return IdentityBatchSampler(sampler, batch_size, k)

    return make


@pytest.mark.parametrize(('batch_size', 'k'), [(8, 2), (12, 4)])
def test_images_of_a_group_share_a_person(batch_size, k, make_sampler):
    """Wherever somebody in the first image is in K images; no image is twice in it."""
    batches = [*make_sampler(batch_size, k)]
    assert len(batches) == len(IMAGES) // batch_size == len(make_sampler(batch_size, k))
    shared = 0
    for batch in batches:
        assert len(set(batch)) == batch_size
        for start in range(0, batch_size, k):
            group = [set(IMAGES[index]) for index in batch[start : start + k]]
            if batch[start] < len(VIDEOS):
                assert set.intersection(*group)
                shared += 1
    assert shared > 0.8 * len(VIDEOS) / k


def test_an_epoch_is_about_every_image_once(make_sampler):
    """Images that were not shown come first, those without identities too."""
    shown = np.concatenate([*make_sampler()])
    counts = np.bincount(shown, minlength=len(IMAGES))
    assert (counts > 0).mean() > 0.9
    assert counts.max() <= 2
    assert counts[-4:].sum() > 0


def test_order_depends_on_seed_and_epoch(make_sampler):
    """Drawn anew every epoch, and the same for the same seed."""
    first = [*make_sampler()]
    assert first == [*make_sampler()]
    assert first != [*make_sampler(epoch=1)]
    assert first != [*make_sampler(seed=4)]


def test_processes_share_the_batches(make_sampler):
    """Two processes together have the batches of one, in its order."""
    alone = [*make_sampler()]
    ranks = [[*make_sampler(rank=rank, world_size=2)] for rank in range(2)]
    together = [batch for pair in zip(*ranks, strict=True) for batch in pair]
    assert together == alone[: len(together)]
    assert len(together) == len(alone) // 2 * 2


def test_an_interrupted_epoch_continues(make_sampler):
    """The rest of the batches, once; the next epoch is whole."""
    for rank in range(2):
        whole = [*make_sampler(rank=rank, world_size=2)]
        sampler = make_sampler(rank=rank, world_size=2)
        sampler.skip_first(3 * 8)
        assert [*sampler] == whole[3:]
        assert [*sampler] == whole


def test_seeds(make_sampler):
    """An image that comes twice has two seeds; with fewer ranks they stay the same."""
    seeds = {}
    for batch in make_sampler():
        for index in batch:
            seeds.setdefault(int(index), []).append(index.seed)
    assert all(
        seed[:3] == (3, 0, index) for index, own in seeds.items() for seed in own
    )
    twice = [own for own in seeds.values() if len(own) == 2]
    assert twice
    assert all(first != second for first, second in twice)
    for rank in range(2):
        for batch in make_sampler(rank=rank, world_size=2):
            assert all(index.seed in seeds[int(index)] for index in batch)


def test_without_shuffling(make_sampler):
    """Groups begin with the images in their order."""
    firsts = [batch[0] for batch in make_sampler(shuffle=False)]
    assert firsts == sorted(firsts)


@pytest.mark.parametrize(
    ('settings', 'error', 'message'),
    [
        (dict(batch_size=7), ConfigError, r'batch_size=7 must be a multiple of .*=2'),
        (dict(k=1), ConfigError, 'images_per_identity=1 must be at least 2'),
        (dict(dataset=range(9)), ConfigError, 'range lacks get_instances_ids'),
        (dict(dataset=People([[0], [1], []] * 4), k=8), DataError, 'is in 8 images'),
        (dict(dataset=People([[0]] * 6)), DataError, '6 images, too few for .* of 8'),
    ],
)
def test_what_does_not_fit(settings, error, message, make_sampler):
    """The message names the key or the number."""
    with pytest.raises(error, match=message):
        make_sampler(**settings)


def test_another_sampler_is_refused():
    """One without epochs cannot say which batches come next."""
    sampler = InfiniteSampler(People(), seed=0)
    with pytest.raises(ConfigError, match=r'SeededSampler.*not InfiniteSampler'):
        IdentityBatchSampler(sampler, 4)


def test_identities_of_jde_lists(tmp_path):
    """Each known identity of an image once, counted over the lists."""
    for name, text in (
        ('a', '0 5 .5 .5 .1 .1\n0 -1 .2 .2 .1 .1\n'),
        ('b', '0 2 .5 .5 .1 .1\n'),
    ):
        for folder, suffix, content in (
            ('images', 'jpg', ''),
            ('labels_with_ids', 'txt', text),
        ):
            path = tmp_path / name / folder / f'1.{suffix}'
            path.parent.mkdir(parents=True)
            path.write_text(content)
        (tmp_path / f'{name}.train').write_text(f'{name}/images/1.jpg\n')
    dataset = JDEDataset(str(tmp_path), ['a.train', 'b.train'], index_dir=None)
    assert [dataset.get_instances_ids(k) for k in range(2)] == [[5], [8]]
