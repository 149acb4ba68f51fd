"""Sampling of whole videos for tracking."""

from collections.abc import Iterator
from typing import Protocol, runtime_checkable

from mmengine.dist import get_dist_info
from torch.utils.data import Sampler

from fairmot_mm.registry import DATA_SAMPLERS
from fairmot_mm.utils.errors import ConfigError


@runtime_checkable
class VideoRanges(Protocol):
    """A data set that knows which of its samples form a video.

    Attributes:
        video_ranges: Indices of the frames of each video.
    """

    video_ranges: list[range]


@DATA_SAMPLERS.register_module()
class VideoSampler(Sampler):
    """Give every rank whole videos, with their frames in order.

    The longest videos are assigned first, each to the rank with the fewest frames so
    far. A rank may get no video.

    Args:
        dataset: The videos.
        seed: Not used; the Runner gives a seed to every sampler.

    Raises:
        ConfigError: The data set does not know its videos.
    """

    def __init__(self, dataset: VideoRanges, seed: int | None = None) -> None:
        if not isinstance(dataset, VideoRanges):
            raise ConfigError(
                f'VideoSampler needs videos, and {type(dataset).__name__} has no '
                'video_ranges: use MOTVideoDataset, or a ConcatDataset of several'
            )
        rank, world_size = get_dist_info()
        ranges = sorted(dataset.video_ranges, key=len, reverse=True)
        loads = [0] * world_size
        self.indices: list[int] = []
        for frames in ranges:
            lightest = loads.index(min(loads))
            loads[lightest] += len(frames)
            if lightest == rank:
                self.indices.extend(frames)

    def __iter__(self) -> Iterator[int]:
        """Iterate over the frames of this rank's videos."""
        return iter(self.indices)

    def __len__(self) -> int:
        return len(self.indices)
