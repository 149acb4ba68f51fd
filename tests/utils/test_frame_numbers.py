from pathlib import Path

import numpy as np
import pytest

from fairmot_mm.utils import (
    DataError,
    SequenceInfo,
    frame_numbers,
    number_folder,
    require_frames,
    sort_images,
)
from fairmot_mm.utils.frame_numbering import format_frames


def numbers(*names):
    return frame_numbers([Path('seq', name) for name in names]).tolist()


@pytest.mark.parametrize(
    ('names', 'expected'),
    [
        (['000001.jpg', '000002.jpg'], [1, 2]),
        (['1.jpg', '2.png', '10.jpg'], [1, 2, 10]),
        (['101.jpg', '102.jpg'], [101, 102]),
        (['000000.jpg', '000001.jpg'], [0, 1]),
        (['000005.jpg', '000007.jpg'], [5, 7]),
        (['frame_000000.jpg', 'frame_000003.jpg'], [1, 2]),
        (['1.jpg', '2.jpg', 'cover.jpg'], [1, 2, 3]),
        (['1-left.jpg', '2-left.jpg'], [1, 2]),
        # Time stamps, in seconds, in nanoseconds and as a date.
        (['1700000000.jpg', '1700000001.jpg'], [1, 2]),
        (['1403636579763555584.jpg'], [1]),
        (['20240131235959.jpg'], [1]),
        (['0000000007.jpg'], [7]),
        ([], []),
    ],
)
def test_rule(names, expected):
    """The number in the name if all names are numbers of frames, else the place."""
    assert numbers(*names) == expected


def test_images_of_several_folders_are_counted():
    """A pattern over cameras: numbers of different folders mean different frames."""
    paths = [Path(camera, f'{k}.jpg') for camera in 'ab' for k in (3, 4)]
    assert frame_numbers(paths).tolist() == [1, 2, 3, 4]


def test_one_number_twice():
    """1.jpg and 001.jpg cannot both be frame 1."""
    with pytest.raises(DataError, match=r'seq/1\.png and 001\.jpg are both frame 1'):
        frame_numbers(sort_images([Path('seq/001.jpg'), Path('seq/1.png')])[::-1])


@pytest.mark.parametrize(
    ('rows', 'frames', 'message'),
    [
        (
            [1, 13, 13, 14],
            np.arange(1, 13),
            'g, line 2: it has frames 13 to 14, outside the frames 1 to 12 of the '
            'sequence: 3 rows; look',
        ),
        (
            [1, 2, 5],
            np.array([1, 3, 4, 5]),
            'g, line 2: it has frame 2, but the sequence has only the frames 1, 3 to 5'
            ': 1 row; look',
        ),
        ([0], range(1, 10**9), 'g, line 1: it has frame 0, outside the frames 1 to'),
        ([7], np.zeros(0, np.int64), 'frame 7, but the sequence has no frame: 1 row'),
        ([10**18], range(1, 9), 'has frame 1000000000000000000, outside'),
    ],
)
def test_a_frame_that_the_sequence_does_not_have(rows, frames, message):
    """First line, frames, number of rows and what to do are in the message."""
    with pytest.raises(DataError) as error:
        require_frames(
            np.array(rows), frames, 'it has', lambda row: f'g, line {row + 1}', '; look'
        )
    assert message in str(error.value)


def test_every_frame_is_there():
    """No row, and rows of frames that exist, pass."""
    require_frames(np.zeros(0, np.int64), np.zeros(0, np.int64), 'it has', str)
    require_frames(np.array([5, 3, 5]), np.array([3, 5]), 'it has', str)
    require_frames(np.array([5, 3]), range(1, 6), 'it has', str)


def test_many_frames_are_written_in_short():
    """The first five runs, and how many more."""
    assert format_frames(np.arange(1, 31, 3)) == '1, 4, 7, 10, 13 and 5 more'


@pytest.fixture
def sequence(tmp_path):
    """Ground truth of frames 1 and 3, and nothing else."""
    folder = tmp_path / 'SEQ'
    (folder / 'gt').mkdir(parents=True)
    (folder / 'gt/gt.txt').write_text('1,1,0,0,9,9\n3,1,0,0,9,9\n')
    return folder


@pytest.fixture
def make_sequence():
    """Put empty image files with these names into a folder."""

    def make(folder, *names):
        folder.mkdir(parents=True, exist_ok=True)
        for name in names:
            (folder / name).touch()

    return make


def test_what_says_which_frames_a_folder_has(sequence, make_sequence):
    """The images; without them seqLength; without both nothing does."""
    assert number_folder(sequence) == (None, '')
    ini = sequence / 'seqinfo.ini'
    ini.write_text('[Sequence]\nseqLength=600\n')
    assert number_folder(sequence) == (range(1, 601), str(ini))
    make_sequence(sequence / 'img1', '101.jpg', '103.jpg')
    frames, source = number_folder(sequence)
    assert frames.tolist() == [101, 103]
    assert source == str(sequence / 'img1')
    ini.write_text('[Sequence]\nimDir=other\nseqLength=5\n')
    assert number_folder(sequence)[0] == range(1, 6)
    for length in ('-3', '2.5', 'x', str(10**12)):
        ini.write_text(f'[Sequence]\nimDir=other\nseqLength={length}\n')
        with pytest.raises(DataError, match=r'seqinfo\.ini: seqlength = '):
            number_folder(sequence)


def test_ground_truth_of_a_frame_without_image(sequence):
    """It is refused when the ground truth is read, with file, line and frame."""
    images = [sequence / 'img1' / f'{k}.jpg' for k in (1, 2)]
    info = SequenceInfo('SEQ', images, 25, 9, 9, sequence / 'gt/gt.txt')
    message = (
        r'gt\.txt, line 2: .* frame 3, outside the frames 1 to 2 .*: 1 row; .*img1'
    )
    with pytest.raises(DataError, match=message):
        info.read_ground_truth()
