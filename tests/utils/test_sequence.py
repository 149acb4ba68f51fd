from pathlib import Path

import cv2
import numpy as np
import pytest

from fairmot_mm.utils import DataError, SequenceInfo, list_images
from fairmot_mm.utils.sequence import write_seqinfo

INI = '[Sequence]\nname=x\nimDir=frames\nframeRate=14\nimWidth=30\nimHeight=20\n'


@pytest.fixture
def folder(tmp_path):
    """SEQ/frames/1.png, 2.JPG and a text file."""
    frames = tmp_path / 'SEQ' / 'frames'
    frames.mkdir(parents=True)
    for name in ('2.JPG', '1.png'):
        cv2.imwrite(str(frames / name), np.zeros((20, 30, 3), np.uint8))
    (frames / 'notes.txt').touch()
    return tmp_path / 'SEQ'


def test_with_seqinfo(folder):
    """What seqinfo.ini says counts; the name is that of the folder."""
    (folder / 'seqinfo.ini').write_text(INI)
    info = SequenceInfo.read(folder)
    assert info.name == 'SEQ'
    assert [image.name for image in info.images] == ['1.png', '2.JPG']
    assert (info.frame_rate, info.width, info.height) == (14, 30, 20)
    assert info.gt_file == folder / 'gt' / 'gt.txt'


@pytest.mark.parametrize('place', ['img1', '.'])
def test_images_alone(folder, place):
    """Without seqinfo.ini: 30 frames a second, size of the first image."""
    if place == 'img1':
        (folder / 'frames').rename(folder / 'img1')
    info = SequenceInfo.read(folder if place == 'img1' else folder / 'frames')
    assert (info.frame_rate, info.width, info.height) == (30, 30, 20)
    assert len(info.images) == 2


@pytest.mark.parametrize(
    ('ini', 'message'),
    [
        ('frameRate=3\n', r'seqinfo\.ini: no \[Sequence\] section'),
        ('[Video]\na=1\n', r'seqinfo\.ini: no \[Sequence\] section'),
        (
            INI.replace('frameRate=14\n', ''),
            r"seqinfo\.ini: key 'framerate' is missing",
        ),
        (INI.replace('14', 'fast'), r"framerate = 'fast' is not a number"),
        (INI.replace('=20', '=0'), r'imheight = 0 must be above 0'),
        (INI.replace('frames', 'gone'), r'gone is not a folder'),
    ],
)
def test_bad_seqinfo(folder, ini, message):
    """The message names the file and the key."""
    (folder / 'seqinfo.ini').write_text(ini)
    with pytest.raises(DataError, match=message):
        SequenceInfo.read(folder)


@pytest.mark.parametrize(
    ('ini', 'message'),
    [
        (INI.replace('14', 'nan'), 'framerate = nan is not finite'),
        (INI.replace('14', '1e9'), 'framerate = 1e9 must be at most 100000'),
        (INI.replace('=30', '=inf'), 'imwidth = inf is not finite'),
        (INI.replace('=30', '=30.7'), 'imwidth = 30.7 is not a whole number'),
        (INI.replace('=30', '=1e12'), 'imwidth = 1e12 must be at most'),
        (
            INI + 'frameRate=15\n',
            r"line 7: key 'framerate' is '15' here and '14' above",
        ),
    ],
)
def test_values_that_cannot_be_used(folder, ini, message):
    """Nothing is rounded; of two values none is taken."""
    (folder / 'seqinfo.ini').write_text(ini)
    with pytest.raises(DataError, match=rf'seqinfo\.ini.*{message}'):
        SequenceInfo.read(folder)


def test_frame_rate_of_ntsc(folder):
    """ffprobe writes the rate as a ratio."""
    (folder / 'seqinfo.ini').write_text(INI.replace('14', '30000/1001'))
    assert SequenceInfo.read(folder).frame_rate == 30000 / 1001


@pytest.mark.parametrize(
    'name', ['50% off', '[a] b', '%(x)s', 'a=b', '街', 'a\n[b]', '#']
)
def test_what_is_written_is_read(folder, name):
    """Whatever the name of the sequence, and without rounding its rate."""
    (folder / 'frames').rename(folder / 'img1')
    write_seqinfo(folder, name, 30000 / 1001, (30, 20), [Path('1.png')])
    info = SequenceInfo.read(folder)
    assert (info.width, info.height) == (30, 20)
    assert info.frame_rate == pytest.approx(30000 / 1001, abs=1e-7)


def test_no_images(tmp_path):
    """A folder that is missing or has no image is named."""
    with pytest.raises(DataError, match='gone is not a folder'):
        SequenceInfo.read(tmp_path / 'gone')
    with pytest.raises(DataError, match=r'has no image in it \(looked for \.jpg'):
        list_images(tmp_path)


def test_damaged_first_image(folder):
    """Where the size has to be read from an image, one that is damaged is named."""
    (folder / 'frames' / '1.png').write_bytes(b'no image')
    with pytest.raises(DataError, match=r'1\.png is not a readable image'):
        SequenceInfo.read(folder / 'frames')
