"""What a folder or a pattern means."""

import shutil

import cv2
import pytest

from fairmot_mm.utils import DataError, VideoError
from fairmot_mm.utils.find_files import find_files, is_sequence
from fairmot_mm.video.frame_source import open_source, open_sources


@pytest.fixture
def videos(video, tmp_path):
    """A folder with three videos, and nothing else that is visible."""
    folder = tmp_path / 'videos'
    folder.mkdir()
    for name in ('2.mp4', '10.MP4', '1.avi', '._1.avi'):
        shutil.copy(video, folder / name)
    (folder / 'notes.txt').touch()
    return folder


@pytest.mark.parametrize('pattern', ['', '/*', '/**'])
def test_a_folder_or_pattern_of_videos(videos, pattern):
    """Each is a source of its own, in natural order."""
    sources = open_sources([f'{videos}{pattern}'])
    assert [source.name for source in sources] == ['1', '2', '10']
    assert [len(list(source.frames)) for source in sources] == [12] * 3
    with pytest.raises(
        VideoError, match=r'means 3 videos \(1\.avi, \.\.\.\); name one'
    ):
        open_source(f'{videos}{pattern}')
    assert open_source(f'{videos}/*.avi').name == '1'


def test_images_and_videos_together(videos, frames):
    """Nobody can say which are meant; the message says how to."""
    cv2.imwrite(str(videos / 'cover.jpg'), frames[0])
    with pytest.raises(DataError, match=r"\(1 and 3, .*'.*/videos/\*\.jpg'"):
        open_sources([videos])
    assert open_source(f'{videos}/*.jpg').length == 1


def test_pictures_that_cannot_be_read(tmp_path, frames):
    """A folder is not tracked without half of its pictures."""
    cv2.imwrite(str(tmp_path / '1.jpg'), frames[0])
    (tmp_path / '2.HEIC').touch()
    with pytest.raises(DataError, match=r'1 pictures that cannot be read, as 2\.HEIC'):
        find_files(str(tmp_path))


@pytest.mark.parametrize('name', ['[a] b', '50% off', 'images', '12:30', '7', '%03d'])
def test_names_of_folders(tmp_path, monkeypatch, frames, name):
    """Signs of patterns, formats and protocols in a name mean nothing."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / name
    folder.mkdir()
    cv2.imwrite(str(folder / '1.png'), frames[0])
    source = open_source(name)
    assert (source.name, len(list(source.frames))) == (name, 1)


@pytest.mark.parametrize(
    'name', ['[a] b.mp4', '50% off.mp4', '12:30.mp4', '7', '%03d.mp4', 'a.b.mp4', '²']
)
def test_names_of_videos(tmp_path, monkeypatch, video, name):
    """The same for a video."""
    monkeypatch.chdir(tmp_path)
    video.rename(tmp_path / name)
    assert len(list(open_source(name).frames)) == 12


def test_a_number_that_is_no_camera():
    """Only plain digits are the number of a camera."""
    with pytest.raises(VideoError, match='² does not exist'):
        open_source('²')


def test_sequences(tmp_path, video):
    """A video beside the images of a sequence does no harm."""
    (tmp_path / 'img1').mkdir()
    assert is_sequence(tmp_path)
    assert is_sequence(tmp_path / 'img1')
    assert not is_sequence(tmp_path / 'other')


@pytest.mark.parametrize('pattern', ['', '/*.jpg'])
def test_a_link_to_nothing(tmp_path, frames, pattern):
    """An image that is gone is an error with its name, and not left out."""
    for number in (1, 3):
        cv2.imwrite(str(tmp_path / f'{number}.jpg'), frames[0])
    (tmp_path / '2.jpg').symlink_to('gone.jpg')
    with pytest.raises(DataError, match=r'2\.jpg'):
        list(open_source(f'{tmp_path}{pattern}').frames)
