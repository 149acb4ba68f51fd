"""Where a long video is split into chunks."""

from typing import NamedTuple

import numpy as np


class Chunk(NamedTuple):
    """Frames of a video that are tracked together.

    Attributes:
        first: Place of the first frame, from 0.
        stop: Place after the last frame.
    """

    first: int
    stop: int

    @property
    def name(self) -> str:
        """Name of its files; names sort as the chunks do."""
        return f'{self.first:09d}-{self.stop:09d}'

    @classmethod
    def of_name(cls, name: str) -> 'Chunk':
        """Read the name of a chunk.

        Args:
            name: See `name`.
        """
        first, _, stop = name.partition('-')
        return cls(int(first), int(stop))


def split_frames(
    num_frames: int, key_frames: np.ndarray, length: int, shared: int
) -> list[Chunk]:
    """Split a video at key frames.

    Each chunk begins at a key frame and ends ``shared`` frames after the next one has
    begun, so that the tracks of both can be joined.

    Args:
        num_frames: Number of frames of the video, F.
        key_frames: (K,) places of the key frames, ascending.
        length: Number of frames after which a chunk ends at the next key frame, which
            is more than ``shared``.
        shared: Number of frames that a chunk shares with the one before it.

    Returns:
        The chunks in order; one of all frames where the video is too short to split, or
        has too few key frames.
    """
    starts = [0]
    for place in key_frames.tolist():
        # What is left must be worth the shared frames, which are tracked twice.
        if place - starts[-1] >= length and num_frames - place > 2 * shared:
            starts.append(place)
    stops = [start + shared for start in starts[1:]] + [num_frames]
    return [Chunk(*each) for each in zip(starts, stops, strict=True)]
