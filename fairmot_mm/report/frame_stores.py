"""Where the pictures of a report come from: folders of images, and videos."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Protocol

import numpy as np

from fairmot_mm.utils import DataError
from fairmot_mm.utils.images import read_image
from fairmot_mm.video.frame_source import open_source


class FrameStore(Protocol):
    """The frames of a sequence."""

    def read(self, numbers: Iterable[int]) -> Iterator[tuple[int, np.ndarray]]:
        """Read frames.

        Args:
            numbers: Their numbers.

        Yields:
            Number and image (H, W, 3) uint8 BGR of each, by number.

        Raises:
            DataError: There is no such frame, or it cannot be read.
        """


class ImageFolder:
    """Frames that are image files.

    Args:
        images: The file of each frame, by its number.
    """

    def __init__(self, images: Mapping[int, Path]) -> None:
        self.images = images

    def read(self, numbers: Iterable[int]) -> Iterator[tuple[int, np.ndarray]]:
        """Read frames, see `FrameStore`."""
        for number in sorted(numbers):
            if number not in self.images:
                folder = next(iter(self.images.values())).parent
                raise DataError(f'{folder} has no image of frame {number}')
            yield number, read_image(str(self.images[number]))


class VideoFile:
    """Frames of a video file.

    Args:
        path: The file.
        first: Number of the first frame.
    """

    def __init__(self, path: Path, first: int = 1) -> None:
        self.path, self.first = path, first

    def read(self, numbers: Iterable[int]) -> Iterator[tuple[int, np.ndarray]]:
        """Read frames in one pass over the video, see `FrameStore`."""
        wanted = sorted(numbers)
        if not wanted:
            return
        count = 0
        for count, frame in enumerate(open_source(str(self.path)).frames, 1):
            if self.first + count - 1 == wanted[0]:
                yield wanted.pop(0), frame.image
            if not wanted:
                return
        raise DataError(
            f'{self.path} has {count} frames, but the tracks have a frame {wanted[0]}: '
            'give the video that they were made from'
        )
