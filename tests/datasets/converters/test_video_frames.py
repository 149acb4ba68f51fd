from fractions import Fraction

import cv2
import numpy as np
import pytest

from fairmot_mm.datasets.converters.video_frames import (
    extract_frames,
    require_different_names,
)
from fairmot_mm.utils import ConfigError, OutputError, SequenceInfo, VideoError
from fairmot_mm.video.video_writer import VideoWriter


@pytest.fixture
def video(tmp_path):
    """Five frames of growing brightness, 12.5 a second."""
    path = tmp_path / 'street.mp4'
    writer = VideoWriter(path, Fraction(25, 2))
    for number in range(5):
        writer.write(np.full((48, 64, 3), 40 * number, np.uint8))
    writer.close()
    return path


def test_sequence_folder(video, tmp_path):
    """All frames in order, with size and rate; a second call leaves them."""
    out = tmp_path / 'out'
    assert extract_frames(video, out) == (out / 'street', 5)
    info = SequenceInfo.read(out / 'street')
    assert (info.frame_rate, info.width, info.height) == (12.5, 64, 48)
    assert [path.name for path in info.images] == [f'{k:06d}.jpg' for k in range(1, 6)]
    grey = [cv2.imread(str(path)).mean() for path in info.images]
    np.testing.assert_allclose(grey, [0, 40, 80, 120, 160], atol=3)
    assert extract_frames(video, out) == (out / 'street', 0)
    assert [path.name for path in out.iterdir()] == ['street']


def test_another_video_of_the_name(video, tmp_path):
    """Its frames are not taken for those of the video; the same for another rate."""
    out = tmp_path / 'out'
    extract_frames(video, out)
    with pytest.raises(OutputError, match='another video or for another frame rate'):
        extract_frames(video, out, frame_rate=10)
    writer = VideoWriter(video, Fraction(25, 2))
    for _ in range(5):
        writer.write(np.full((48, 64, 3), 99, np.uint8))
    writer.close()
    with pytest.raises(OutputError, match=r'street has the frames of another video'):
        extract_frames(video, out)


def test_images_keep_their_numbers(tmp_path):
    """Ground truth of a folder of images fits the new folder too."""
    for number in (101, 103):
        image = np.full((48, 64, 3), number, np.uint8)
        cv2.imwrite(str(tmp_path / f'{number}.png'), image)
    folder, count = extract_frames(tmp_path, tmp_path / 'out')
    assert count == 2
    assert SequenceInfo.read(folder).frames.tolist() == [101, 103]


def test_interrupted(video, tmp_path, monkeypatch):
    """Nothing is left of a run that was stopped; one that was killed is cleared up."""
    out = tmp_path / 'out'
    (out / '.street.part/img1').mkdir(parents=True)
    (out / '.street.part/img1/000009.jpg').touch()
    written = []

    def write(path, image):
        written.append(path)
        if len(written) == 3:
            raise KeyboardInterrupt
        return True

    monkeypatch.setattr(cv2, 'imwrite', write)
    with pytest.raises(KeyboardInterrupt):
        extract_frames(video, out)
    assert list(out.iterdir()) == []
    monkeypatch.undo()
    assert extract_frames(video, out)[1] == 5
    assert len(list((out / 'street/img1').iterdir())) == 5


def test_what_is_wrong_is_named(video, tmp_path):
    """No video, or a folder of something else in the way."""
    with pytest.raises(VideoError, match=r'gone\.mp4'):
        extract_frames(tmp_path / 'gone.mp4', tmp_path / 'out')
    (tmp_path / 'out/street').mkdir(parents=True)
    with pytest.raises(OutputError, match='is no sequence'):
        extract_frames(video, tmp_path / 'out')


def test_two_videos_of_one_name():
    """Their frames would have one folder, so the second would be left out."""
    require_different_names(['a/walk.mp4', 'a/run.mp4'])
    for other in ('b/walk.mp4', 'a/walk.avi', 'b/Walk.mp4'):
        with pytest.raises(ConfigError, match=f'called like {other}'):
            require_different_names(['a/walk.mp4', other])
