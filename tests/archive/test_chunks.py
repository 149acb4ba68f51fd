from itertools import pairwise

import numpy as np
import pytest

from fairmot_mm.archive.chunks import Chunk, split_frames


@pytest.mark.parametrize('every', [1, 12, 250])
@pytest.mark.parametrize('num_frames', [1, 99, 100, 220, 1000, 12345])
def test_every_frame_is_in_a_chunk(num_frames, every):
    """Chunks begin at key frames and share just so many frames with the next one."""
    keys = np.arange(0, num_frames, every)
    chunks = split_frames(num_frames, keys, 100, 20)
    assert (chunks[0].first, chunks[-1].stop) == (0, num_frames)
    for one, other in pairwise(chunks):
        assert one.stop - other.first == 20
        assert other.first - one.first >= 100
        assert other.first in keys
        assert other.stop - other.first > 40
    assert all(Chunk.of_name(chunk.name) == chunk for chunk in chunks)
    if every <= 100 and num_frames > 250:
        assert len(chunks) > 1


def test_one_key_frame():
    """A video with its only key frame at the start stays whole."""
    assert split_frames(500, np.array([0]), 100, 20) == [Chunk(0, 500)]
