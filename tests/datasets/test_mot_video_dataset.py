import cv2
import numpy as np
import pytest

from fairmot_mm.datasets import MOTVideoDataset
from fairmot_mm.utils import ConfigError, DataError


@pytest.fixture
def videos(tmp_path):
    """B-long: 4 frames at 25 fps with ground truth; A-short: 2 frames, images alone."""
    for name, num_frames in (('B-long', 4), ('A-short', 2)):
        folder = tmp_path / name / 'img1'
        folder.mkdir(parents=True)
        for frame in range(1, num_frames + 1):
            image = np.full((20, 30, 3), frame, np.uint8)
            cv2.imwrite(str(folder / f'{frame:06d}.png'), image)
    (tmp_path / 'B-long' / 'gt').mkdir()
    (tmp_path / 'B-long' / 'gt' / 'gt.txt').touch()
    (tmp_path / 'B-long' / 'seqinfo.ini').write_text(
        '[Sequence]\nimDir=img1\nframeRate=25\nimWidth=30\nimHeight=20\n'
    )
    (tmp_path / 'notes').mkdir()  # no sequence
    return tmp_path


def test_all_sequences(videos):
    """Sequences come in name order, frames in theirs, each with its metainfo."""
    dataset = MOTVideoDataset(data_root=str(videos))
    assert dataset.video_ranges == [range(2), range(2, 6)]
    infos = [dataset.get_data_info(index) for index in range(len(dataset))]
    assert [info['frame_id'] for info in infos] == [0, 1, 0, 1, 2, 3]
    assert [info['img_id'] for info in infos] == list(range(6))
    assert {info['video_name'] for info in infos[2:]} == {'B-long'}
    assert {info['video_length'] for info in infos[2:]} == {4}
    assert [info['frame_rate'] for info in infos[1:3]] == [30, 25]
    assert infos[0]['gt_file'] is None
    assert infos[2]['gt_file'] == str(videos / 'B-long' / 'gt' / 'gt.txt')
    assert infos[5]['img_path'] == str(videos / 'B-long' / 'img1' / '000004.png')


def test_named_sequences(videos):
    """Those that are named, in the order they are named."""
    dataset = MOTVideoDataset(data_root=videos, sequences=['B-long', 'A-short'])
    assert dataset.video_ranges == [range(4), range(4, 6)]


def test_pattern(videos):
    """A pattern stands for all sequences it fits; files and other folders stay out."""
    dataset = MOTVideoDataset(data_root=videos, sequences=['B-*', 'A*t'])
    assert dataset.video_ranges == [range(4), range(4, 6)]


@pytest.mark.parametrize(
    ('split', 'images'),
    [
        ('all', [1, 2, 3, 4, 5]),
        ('first-half', [1, 2]),
        ('second-half', [3, 4, 5]),
    ],
)
def test_halves(videos, split, images):
    """The first half is the first int(n / 2) images; the second starts at frame 0."""
    folder = videos / 'B-long' / 'img1'
    cv2.imwrite(str(folder / '000005.png'), np.zeros((20, 30, 3), np.uint8))
    dataset = MOTVideoDataset(data_root=videos, sequences=['B-long'], split=split)
    infos = [dataset.get_data_info(index) for index in range(len(dataset))]
    assert [int(info['img_path'][-10:-4]) for info in infos] == images
    assert [info['frame_id'] for info in infos] == list(range(len(images)))
    assert {info['video_length'] for info in infos} == {len(images)}
    assert {info['first_frame'] for info in infos} == {images[0]}


def test_unknown_split(videos):
    """The splits there are are named."""
    with pytest.raises(ConfigError, match="split = 'half': choose one of all, first-"):
        MOTVideoDataset(data_root=videos, split='half')


def test_sample_of_the_pipeline(videos):
    """A packed frame carries what tracker and metric read."""
    pipeline = [
        dict(type='LoadImage'),
        dict(type='Letterbox', scale=(64, 32)),
        dict(type='PackFrame'),
    ]
    sample = MOTVideoDataset(data_root=str(videos), pipeline=pipeline)[3]
    assert sample['inputs'].shape == (1, 3, 32, 64)
    (frame,) = sample['data_samples'].video_data_samples
    assert frame.ori_shape == (20, 30)
    assert (frame.frame_id, frame.frame_rate, frame.video_length) == (1, 25, 4)
    assert frame.first_frame == 1


@pytest.mark.parametrize(
    ('root', 'sequences', 'message'),
    [
        ('gone', None, r'data_root .*gone is not a folder'),
        ('notes', None, r'notes has no sequence folder'),
        ('', ['B-long', 'C'], r'C is not a folder'),
        ('', ['notes'], r'notes has no image'),
        ('', ['B*', 'C*'], r"no sequence that matches 'C\*'"),
    ],
)
def test_missing(videos, root, sequences, message):
    """A missing folder, sequence or image is named."""
    with pytest.raises(DataError, match=message):
        MOTVideoDataset(data_root=str(videos / root), sequences=sequences)


def renumber(videos, numbers, gt=''):
    """Give the images of B-long other numbers, and write its ground truth."""
    folder = videos / 'B-long'
    for image, number in zip(
        sorted((folder / 'img1').iterdir(), reverse=True), numbers[::-1], strict=True
    ):
        image.rename(image.with_name(f'{number}.png'))
    (folder / 'gt/gt.txt').write_text(gt)
    return MOTVideoDataset(data_root=str(videos), sequences=['B-long'])


@pytest.mark.parametrize(
    'numbers', [[0, 1, 2, 3], [101, 102, 103, 104], [7, 9, 10, 20]]
)
def test_frames_have_the_numbers_of_their_images(videos, numbers):
    """The tracker counts from 0; ground truth and results use the numbers."""
    gt = ''.join(f'{number},1,0,0,9,9,1\n' for number in numbers)
    dataset = renumber(videos, numbers, gt)
    infos = [dataset.get_data_info(index) for index in range(4)]
    assert [info['frame_id'] for info in infos] == [0, 1, 2, 3]
    assert [info['frame_number'] for info in infos] == numbers
    assert {info['first_frame'] for info in infos} == {numbers[0]}
    assert {info['last_frame'] for info in infos} == {numbers[-1]}
    half = MOTVideoDataset(
        data_root=str(videos), sequences=['B-long'], split='second-half'
    )
    assert [half.get_data_info(k)['frame_number'] for k in (0, 1)] == numbers[2:]
    assert half.get_data_info(1)['first_frame'] == numbers[2]


def test_ground_truth_of_a_frame_without_image(videos):
    """It is refused before anything is tracked, in halves too."""
    message = r'gt\.txt, line 2: ground truth has frame 5, outside the frames 1 to 4 '
    with pytest.raises(DataError, match=message):
        renumber(videos, [1, 2, 3, 4], '1,1,0,0,9,9,1\n5,1,0,0,9,9,1\n')
    with pytest.raises(DataError, match=message):
        MOTVideoDataset(data_root=str(videos), sequences=['B-long'], split='first-half')


def test_natural_order_of_sequences(videos):
    """cam2 comes before cam10; a name with brackets is a name."""
    for name in ('cam10', 'cam2', '[a] b'):
        (videos / 'A-short').rename(videos / name)
        dataset = MOTVideoDataset(data_root=videos, sequences=[name])
        assert dataset.get_data_info(0)['video_name'] == name
        (videos / name).rename(videos / 'A-short')
    (videos / 'A-short').rename(videos / 'cam10')
    (videos / 'B-long').rename(videos / 'cam2')
    for sequences in (None, ['cam*'], ['cam?', 'cam??']):
        dataset = MOTVideoDataset(data_root=videos, sequences=sequences)
        names = [dataset.get_data_info(index)['video_name'] for index in range(6)]
        assert names == ['cam2'] * 4 + ['cam10'] * 2
