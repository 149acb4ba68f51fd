"""Where the frames of a video are."""

import io
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class FrameIndex:
    """Times of all frames of a video, and which of them can be decoded first.

    Attributes:
        times: (F,) int64 ascending, in ticks of the stream.
        key_frames: (K,) int64 places of the key frames, from 0, ascending.
    """

    times: np.ndarray
    key_frames: np.ndarray

    @classmethod
    def of_packets(
        cls, packets: Iterable[tuple[int | None, bool, bool]]
    ) -> 'FrameIndex | None':
        """Make the index from the packets of a video, each of which holds a frame.

        Args:
            packets: Time in ticks, whether it is a key frame, and whether its frame is
                not shown, of each packet in the order of the file.

        Returns:
            The index; None if a packet has no time or the time of another one, or is
            not shown, so that places of frames do not follow from the packets.
        """
        packets = [*packets]
        if any(time is None or hidden for time, _, hidden in packets):
            return None
        times = np.array([time for time, *_ in packets], dtype=np.int64)
        is_key = np.array([key for _, key, _ in packets], dtype=bool)
        order = np.argsort(times)
        times, is_key = times[order], is_key[order]
        if (np.diff(times) == 0).any():
            return None
        return cls(times, np.flatnonzero(is_key))

    @classmethod
    def decode(cls, data: bytes) -> 'FrameIndex':
        """Read what `encode` wrote.

        Args:
            data: The bytes.
        """
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            return cls(arrays['times'], arrays['key_frames'])

    def encode(self) -> bytes:
        """Write the index as bytes, a few for each frame."""
        file = io.BytesIO()
        np.savez_compressed(file, times=self.times, key_frames=self.key_frames)
        return file.getvalue()

    def __len__(self) -> int:
        return len(self.times)

    def place(self, time: int) -> int | None:
        """Find a frame.

        Args:
            time: In ticks of the stream.

        Returns:
            Place of the frame, from 0; None if no frame has this time.
        """
        place = int(np.searchsorted(self.times, time))
        return place if place < len(self) and self.times[place] == time else None
