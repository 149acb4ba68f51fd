from pathlib import Path

import fsspec
import numpy as np
import pytest

from fairmot_mm.archive.archive_video import ArchiveVideo, stamp_of
from fairmot_mm.archive.chunks import Chunk
from fairmot_mm.utils import VideoError
from fairmot_mm.video.frame_source import open_source


@pytest.fixture(scope='module')
def long_video(clips):
    return clips / 'long' / 'long.mp4'


def stored(path):
    """The video in an object store."""
    fsspec.filesystem('memory').pipe('/videos/long.mp4', path.read_bytes())
    return 'memory://videos/long.mp4'


@pytest.mark.parametrize('remote', [False, True])
def test_a_chunk_has_the_frames_of_the_video(long_video, remote):
    """Pixels and numbers are those of the whole video, on a disk and in a store."""
    whole = [frame.image for frame in open_source(long_video).frames]
    video = ArchiveVideo(stored(long_video) if remote else str(long_video))
    with video.open() as opened:
        assert (opened.name, opened.length, opened.frame_rate) == ('long', 100, 25)
        found = [frame.image for frame in opened.frames]
    np.testing.assert_array_equal(found, whole)
    chunks = video.split(1.5, 0.4, 5)
    assert chunks == [Chunk(0, 58), Chunk(48, 100)]
    for chunk in chunks:
        with video.open_chunk(chunk) as opened:
            frames = [*opened.frames]
        assert opened.length == len(frames)
        assert [frame.number for frame in frames] == [
            *range(chunk.first + 1, chunk.stop + 1)
        ]
        assert all(frame.time is None for frame in frames)
        images = [frame.image for frame in frames]
        np.testing.assert_array_equal(images, whole[chunk.first : chunk.stop])


def test_a_short_video_stays_whole(long_video):
    """Chunks are longer than what the tracker keeps of a lost track."""
    video = ArchiveVideo(str(long_video))
    assert video.split(6, 0.4, 5) == []
    assert video.split(2, 0.4, 80) == []
    assert video.split(1, 0.1, 15)[0] == Chunk(0, 52)


def test_images(tmp_path):
    """A folder of images is split anywhere, and keeps its numbers."""
    import cv2

    for number in range(100, 160):
        image = np.full((32, 48, 3), number, np.uint8)
        cv2.imwrite(str(tmp_path / f'{number:06d}.png'), image)
    video = ArchiveVideo(str(tmp_path), frame_rate=10.0)
    chunks = video.split(2, 0.5, 3)
    assert chunks == [Chunk(0, 25), Chunk(20, 45), Chunk(40, 60)]
    with video.open_chunk(chunks[1]) as opened:
        frames = [*opened.frames]
    assert [frame.number for frame in frames] == [*range(120, 145)]
    assert frames[0].image[0, 0, 0] == 120
    assert (video.last_number(chunks[0]), opened.frame_rate) == (124, 10)


def test_stamp(tmp_path, long_video):
    """It changes with the content; what has no content is refused."""
    path = tmp_path / 'v.mp4'
    path.write_bytes(b'12')
    before = stamp_of(str(path))
    assert before[1] == 2
    path.write_bytes(b'123')
    assert stamp_of(str(path)) != before
    assert stamp_of(stored(long_video))[1] == Path(long_video).stat().st_size
    path.write_bytes(b'')
    for source, message in (
        (str(path), 'is empty'),
        (str(tmp_path / 'none'), 'does not exist'),
        ('memory://videos/none.mp4', 'does not exist'),
    ):
        with pytest.raises(VideoError, match=message):
            stamp_of(source)
