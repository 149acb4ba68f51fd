import base64

import cv2
import numpy as np
import pytest

from fairmot_mm.report.frame_stores import ImageFolder, VideoFile
from fairmot_mm.report.snapshots import (
    Mark,
    Snapshot,
    encode_jpeg,
    surround,
    take_pictures,
)
from fairmot_mm.utils import DataError
from fairmot_mm.video import VideoWriter


@pytest.fixture
def folder(tmp_path):
    """Three images, 200 x 100 pixels, each of one grey level: 40, 80, 120."""
    files = {}
    for number in (1, 2, 3):
        files[number] = tmp_path / f'{number}.png'
        cv2.imwrite(str(files[number]), np.full((100, 200, 3), 40 * number, np.uint8))
    return ImageFolder(files)


def decode(data):
    kind, text = data.split(',')
    assert kind == 'data:image/jpeg;base64'
    return cv2.imdecode(np.frombuffer(base64.b64decode(text), np.uint8), 1)


def test_a_picture_shows_its_frame(folder):
    """Each picture is of the frame that was asked for; whole frames keep their form."""
    wanted = [Snapshot(3), Snapshot(1), Snapshot(3)]
    taken = take_pictures(wanted, folder)
    assert set(taken) == {Snapshot(1), Snapshot(3)}
    for number in (1, 3):
        image = decode(taken[Snapshot(number)])
        assert image.shape == (100, 200, 3)
        assert abs(image.mean() - 40 * number) < 3


def test_a_box_is_where_it_is_in_the_frame(folder):
    """The crop is centred on its region, and the box is drawn at the right place."""
    box = (90.0, 40.0, 20.0, 20.0)
    snapshot = Snapshot(1, (Mark(box, '', (0, 0, 255)),), box)
    image = decode(take_pictures([snapshot], folder)[snapshot])
    height, width = image.shape[:2]
    red = np.argwhere((image[..., 2] > 150) & (image[..., 0] < 100))
    assert height == width
    centre = (red.min(axis=0) + red.max(axis=0)) / 2
    assert centre == pytest.approx([height / 2, width / 2], abs=6)
    assert np.ptp(red, axis=0) == pytest.approx([width * 20 / 38] * 2, abs=12)


@pytest.mark.parametrize(
    'region',
    [(-50, -50, 30, 30), (190, 90, 100, 100), (0, 0, 4000, 4000), (5, 5, 0, 0)],
)
def test_regions_beyond_the_frame(folder, region):
    """A box that leaves the frame, has no size or is larger gives a picture too."""
    snapshot = Snapshot(1, (Mark(region, 'track 1', (0, 255, 0)),), region)
    image = decode(take_pictures([snapshot], folder)[snapshot])
    assert image.shape[0] == image.shape[1] == 280


def test_frames_of_a_video(tmp_path):
    """Frames count from 1; one that the video does not have is named."""
    path = tmp_path / 'clip.mp4'
    writer = VideoWriter(path, 10)
    for level in (40, 120, 200):
        writer.write(np.full((64, 96, 3), level, np.uint8))
    writer.close()
    store = VideoFile(path)
    levels = {number: image.mean() for number, image in store.read([3, 1])}
    assert [*levels] == [1, 3]
    assert levels[1] == pytest.approx(40, abs=5)
    assert levels[3] == pytest.approx(200, abs=5)
    with pytest.raises(DataError, match=r'has 3 frames, but the tracks have a frame 7'):
        [*store.read([2, 7])]


def test_a_frame_without_image(folder):
    """The folder and the number are named."""
    with pytest.raises(DataError, match='has no image of frame 9'):
        take_pictures([Snapshot(9)], folder)


def test_region_around_boxes():
    """The smallest box around two others."""
    around = surround(np.array([0.0, 5, 10, 10]), np.array([20.0, 0, 10, 30]))
    assert around == (0, 0, 30, 30)


def test_encoding():
    """A picture becomes an address that holds it."""
    image = np.full((96, 96, 3), 90, np.uint8)
    assert abs(decode(encode_jpeg(image)).mean() - 90) < 2
