from itertools import chain
from types import SimpleNamespace

import pytest

from fairmot_mm.datasets import VideoSampler
from fairmot_mm.datasets.samplers import video_sampler

VIDEOS = [range(4), range(4, 13)]


@pytest.fixture
def frames_of_ranks(monkeypatch):
    """Frames that each of some ranks gets."""

    def deal(ranges, world_size):
        frames = []
        for rank in range(world_size):
            ranks = (rank, world_size)
            monkeypatch.setattr(video_sampler, 'get_dist_info', lambda r=ranks: r)
            sampler = VideoSampler(SimpleNamespace(video_ranges=ranges), seed=0)
            frames.append(list(sampler))
            assert len(sampler) == len(frames[-1])
        return frames

    return deal


@pytest.mark.parametrize('world_size', [1, 2, 3])
def test_every_frame_once(frames_of_ranks, world_size):
    """However many ranks, all frames come once, videos whole and in order."""
    dealt = frames_of_ranks(VIDEOS, world_size)
    assert sorted(chain.from_iterable(dealt)) == list(range(13))
    for frames in VIDEOS:
        owners = [own for own in dealt if frames[0] in own]
        assert len(owners) == 1
        start = owners[0].index(frames[0])
        assert owners[0][start : start + len(frames)] == list(frames)


def test_more_ranks_than_videos(frames_of_ranks):
    """A rank may get nothing; none fails."""
    assert sorted(map(len, frames_of_ranks(VIDEOS, 3))) == [0, 4, 9]


def test_load_is_even(frames_of_ranks):
    """The longest video goes to one rank, the short ones to the other."""
    ranges = [range(3), range(3, 13), range(13, 16), range(16, 19)]
    assert list(map(len, frames_of_ranks(ranges, 2))) == [10, 9]
