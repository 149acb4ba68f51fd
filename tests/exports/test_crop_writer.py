import csv
from contextlib import ExitStack
from dataclasses import replace

import cv2
import numpy as np
import pytest

from fairmot_mm.exports import CropWriter
from fairmot_mm.exports.crop_writer import claim_crops
from fairmot_mm.utils.errors import NameTakenError


def image(value):
    return np.full((80, 100, 3), value, np.uint8)


def files(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob('*.jpg'))


def test_the_best_of_each_track(tmp_path, make_frame, video):
    """The largest crops, half a second apart, with the pixels of the box."""
    writer = CropWriter(tmp_path / 'clip', video, per_track=2)
    for index, size in enumerate([10, 11, 12, 10, 10, 30, 29, 10, 10, 10, 10, 20]):
        frame = make_frame(index, (7, 0, 90, 0, size, size), (8, 1, 200, 0, 9, 9))
        writer.write(frame, image(index))
    assert not (tmp_path / 'clip').exists()
    writer.close()
    writer.close()
    assert files(tmp_path / 'clip') == ['7/000006.jpg', '7/000012.jpg']
    crop = cv2.imread(str(tmp_path / 'clip' / '7' / '000006.jpg'))
    assert crop.shape == (30, 10, 3)  # as far as it lies in the picture
    assert np.abs(crop.astype(int) - 5).max() <= 2
    with (tmp_path / 'clip' / 'crops.csv').open(newline='') as file:
        rows = [*csv.DictReader(file)]
    assert [row['file'] for row in rows] == files(tmp_path / 'clip')
    assert rows[0]['score'] == '0.142857'


def test_a_higher_score(tmp_path, make_frame, video):
    """Of boxes of one size the one with the higher score is kept."""
    writer = CropWriter(tmp_path / 'clip', video, per_track=1)
    for index, score in enumerate([0.5, 0.9, 0.6]):
        frame = make_frame(index, (7, 0, 0, 0, 20, 20))
        writer.write(replace(frame, scores=np.array([score])), image(0))
    writer.close()
    assert files(tmp_path / 'clip') == ['7/000002.jpg']


def test_memory(tmp_path, make_frame, video):
    """Crops of a track that has been gone for 30 seconds are on the disk."""
    writer = CropWriter(tmp_path / 'clip', video)
    writer.write(make_frame(0, (7, 0, 0, 0, 20, 20)), image(0))
    writer.write(make_frame(290), image(0))
    assert writer._best
    writer.write(make_frame(320), image(0))
    assert not writer._best
    writer.close()
    assert files(tmp_path / 'clip') == ['7/000001.jpg']


def test_a_track_that_comes_back_later(tmp_path, make_frame, video):
    """The limit is that of the track, however often it is lost for a minute."""
    writer = CropWriter(tmp_path / 'clip', video, per_track=3)
    for index in (0, 10, 1000, 1010, 1020, 2000, 3000):
        writer.write(make_frame(index, (7, 0, 0, 0, 20, 20)), image(0))
    writer.close()
    assert files(tmp_path / 'clip') == ['7/000001.jpg', '7/000011.jpg', '7/001001.jpg']
    index = (tmp_path / 'clip' / 'crops.csv').read_text().splitlines()
    assert len(index) == 1 + writer.num_crops == 4


def test_crops_that_can_be_looked_at(tmp_path, make_frame, video):
    """A crop of a live run is there once its track has been gone for half a minute."""
    (tmp_path / 'clip' / '9').mkdir(parents=True)
    for name in ('crops.csv', '9/000001.jpg'):
        (tmp_path / 'clip' / name).touch()
    writer = CropWriter(tmp_path / 'clip', video, grows=True)
    writer.write(make_frame(0, (7, 0, 0, 0, 20, 20)), image(0))
    assert files(tmp_path / 'clip') == ['9/000001.jpg']
    writer.write(make_frame(320, (8, 0, 0, 0, 20, 20)), image(0))
    assert files(tmp_path / 'clip') == ['7/000001.jpg']
    assert len((tmp_path / 'clip' / 'crops.csv').read_text().splitlines()) == 2
    writer.close()
    assert files(tmp_path / 'clip') == ['7/000001.jpg', '8/000321.jpg']
    assert [path.name for path in tmp_path.iterdir()] == ['clip']


def test_nobody(tmp_path, make_frame, video):
    """Without a track there is no folder."""
    writer = CropWriter(tmp_path / 'clip', video)
    writer.write(make_frame(0), image(0))
    writer.close()
    assert writer.num_frames == 0
    assert not list(tmp_path.iterdir())


def test_an_earlier_folder(tmp_path, make_frame, video):
    """Crops are replaced only if asked for; another folder never."""
    for value in (10, 200):
        with ExitStack() as claims:
            claim_crops(tmp_path / 'clip', value == 200, claims, '')
            writer = CropWriter(tmp_path / 'clip', video)
            writer.write(make_frame(value, (7, 0, 0, 0, 20, 20)), image(value))
            writer.close()
    assert files(tmp_path / 'clip') == ['7/000201.jpg']
    assert len(list(tmp_path.iterdir())) == 1
    with ExitStack() as claims, pytest.raises(NameTakenError, match='exists; advice'):
        claim_crops(tmp_path / 'clip', False, claims, 'advice')
    (tmp_path / 'mine').mkdir()
    with ExitStack() as claims, pytest.raises(NameTakenError, match='not a folder of'):
        claim_crops(tmp_path / 'mine', True, claims, '')
