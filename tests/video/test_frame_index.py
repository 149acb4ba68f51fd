import numpy as np
import pytest

from fairmot_mm.video.frame_index import FrameIndex


def test_frames_that_are_decoded_out_of_order():
    """Places follow the time of a frame, not its place in the file."""
    packets = [(0, True), (30, False), (10, False), (20, False), (40, True)]
    index = FrameIndex.of_packets([(time, key, False) for time, key in packets])
    np.testing.assert_array_equal(index.times, [0, 10, 20, 30, 40])
    np.testing.assert_array_equal(index.key_frames, [0, 4])
    assert len(index) == 5
    assert [index.place(time) for time in (20, 15, 40, 41)] == [2, None, 4, None]


@pytest.mark.parametrize(
    'packet', [(None, False, False), (0, False, False), (20, False, True)]
)
def test_no_index(packet):
    """Without a time, with a time twice, or with a hidden frame there are no places."""
    assert FrameIndex.of_packets([(0, True, False), packet]) is None
