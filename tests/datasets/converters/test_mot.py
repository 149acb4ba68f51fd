import runpy
import shutil
from pathlib import Path

import numpy as np
import pytest

from fairmot_mm.datasets import JDEDataset, MOTVideoDataset
from fairmot_mm.datasets.check import check_dataset
from fairmot_mm.datasets.converters import convert_mot, make_list
from fairmot_mm.synthetic import SyntheticScene, write_sequence
from fairmot_mm.utils import DataError, OutputError

MOT17_GT = """\
2,7,10,20,30,40,1,1,0.5
1,7,8,20,30,40,1,1,0.0
1,3,-10,0,40,50,1,1,1.0
3,3,90,70,30,40,1,1,1.0
1,9,0,0,9,9,0,1,1.0
1,10,0,0,9,9,1,7,1.0
2,3,0,0,0,9,1,1,1.0
2,7,50,20,30,40,1,1,0.5
"""
MOT15_GT = '1,5,10,20,30,40,1,-4.1,7.3,0\n1,6,1,2,3,4,0,-4.1,7.3,0\n'


# Rows of MOT17-02 and MOT15's PETS09-S2L1, all of their first two frames that matter
# here: occluders, distractors and others of mark 0 between pedestrians.
MOT17_02 = """\
1,1,912,484,97,109,0,7,1.0
2,1,912,484,97,109,0,7,1.0
1,3,586,447,85,263,1,1,1.0
2,3,586,446,85,264,1,1,1.0
1,4,1585,-1,336,578,0,9,0.98153
1,6,1308,431,34,118,0,8,0.85714
1,10,1091,484,31,115,1,1,1.0
2,10,1090,484,32,114,1,1,1.0
1,11,734,487,29,68,0,2,0.31884
"""
PETS09 = """\
1,9,499,158,31.03,75.17,1,-4.1554,-7.3591,0
1,15,258,219,32.913,88.702,1,-11.306,-5.5995,0
1,19,633,242,42.338,81.074,1,-9.0323,-12.587,0
2,9,497,158,31.03,75.17,1,-4.1744,-7.3156,0
2,15,263,218,32.774,88.505,0,-11.21,-5.6516,0
2,19,627,242,42.16,81.387,1,-9.0791,-12.489,0
"""
# The sixth decimal of these centres depends on whether the box is halved or divided
# by the image size first.
ROUNDED = """\
1,1,14,30,74,90,1,1,1.0
1,2,35,40,32,64,1,1,1.0
2,1,56,50,62,80,1,1,1.0
2,2,7,60,44,99,1,1,1.0
"""


def published_labels(gt, size, classes):
    """Lines of each frame by the published rules, identities from 0 in file order."""
    lines, numbers = {}, {}
    for row in gt.splitlines():
        frame, track, x, y, w, h, mark, *others = map(float, row.split(','))
        if mark == 0 or (classes and others[0] != 1):
            continue
        number = numbers.setdefault(track, len(numbers))
        box = (x + w / 2) / size[0], (y + h / 2) / size[1], w / size[0], h / size[1]
        text = f'0 {number} ' + ' '.join(f'{value:.6f}' for value in box)
        lines.setdefault(int(frame), []).append(text)
    return lines


@pytest.mark.parametrize(
    ('gt', 'size', 'classes'),
    [
        (MOT17_02, (1920, 1080), True),
        (PETS09, (768, 576), False),
        (ROUNDED, (1920, 1080), True),
        (ROUNDED, (640, 480), True),
    ],
)
def test_real_ground_truth(tmp_path, make_sequence, gt, size, classes):
    """MOT17 and MOT15 rows, box by box as the published scripts convert them, also
    where the sixth decimal depends on the order of the divisions."""
    make_sequence(tmp_path / 'src', 'A', gt, frames=(1, 2), size=size)
    convert_mot(tmp_path / 'src', tmp_path / 'out', 'SET')
    expected = published_labels(gt, size, classes)
    assert [len(lines) for lines in expected.values()] == (
        [2, 2] if classes else [3, 2]
    )
    for frame, lines in expected.items():
        assert label(tmp_path / 'out', 'SET', 'A', f'{frame:06d}') == lines


def label(out, name, sequence, stem):
    path = out / name / 'labels_with_ids/train' / sequence / 'img1' / f'{stem}.txt'
    return path.read_text().splitlines()


def counts(report, ending='train'):
    """Images, boxes and identities of a list."""
    count = next(c for path, c in report.lists.items() if path.suffix == f'.{ending}')
    return count.images, count.boxes, *count.ids


def test_mot17_form(tmp_path, make_sequence):
    """Hand-computed labels; rows left out are counted by reason."""
    make_sequence(tmp_path / 'src', 'A', MOT17_GT)
    report = convert_mot(tmp_path / 'src', tmp_path / 'out', 'SET')
    out = tmp_path / 'out'
    assert label(out, 'SET', 'A', '000001') == [
        '0 0 0.100000 0.312500 0.400000 0.625000',
        '0 1 0.230000 0.500000 0.300000 0.500000',
    ]
    assert label(out, 'SET', 'A', '000002') == [
        '0 1 0.250000 0.500000 0.300000 0.500000'
    ]
    assert label(out, 'SET', 'A', '000003') == [
        '0 0 1.050000 1.125000 0.300000 0.500000'
    ]
    assert counts(report) == (3, 4, 2)
    assert dict(report.rejected) == {
        'mark is 0': 1,
        'class static person is not converted': 1,
        'width or height is not above 0': 1,
        'frame and id are those of an earlier box': 1,
    }
    assert '1 boxes, mark is 0' in str(report)


def test_mot15_form_has_no_class(tmp_path, make_sequence):
    """Ten columns: the eighth is no class. Frames without people have empty files."""
    make_sequence(tmp_path / 'src', 'A', MOT15_GT)
    convert_mot(tmp_path / 'src', tmp_path / 'out', 'SET')
    out = tmp_path / 'out'
    assert label(out, 'SET', 'A', '000001') == [
        '0 0 0.250000 0.500000 0.300000 0.500000'
    ]
    assert label(out, 'SET', 'A', '000002') == []


def test_identities_count_on_across_sequences(tmp_path, make_sequence):
    """The same raw id in two sequences is two identities, without a hole between."""
    gt = '1,4,1,1,9,9,1,1,1\n1,2,1,1,9,9,1,1,1\n2,4,1,1,9,9,1,1,1\n'
    for name in ('B', 'A', 'C'):
        make_sequence(tmp_path / 'src', name, gt)
    report = convert_mot(
        tmp_path / 'src', tmp_path / 'out', 'SET', sequences=['C', 'A']
    )
    out = tmp_path / 'out'
    ids = [
        [line.split()[1] for line in label(out, 'SET', name, stem)]
        for name in ('A', 'C')
        for stem in ('000001', '000002')
    ]
    assert ids == [['0', '1'], ['1'], ['2', '3'], ['3']]
    assert counts(report)[2] == 4
    assert not (out / 'SET/labels_with_ids/train/B').exists()


def test_list_and_links(tmp_path, make_sequence):
    """The list is relative to the root, in order; images link to the source."""
    source = make_sequence(tmp_path / 'src', 'A', MOT17_GT)
    out = tmp_path / 'out'
    convert_mot(tmp_path / 'src', out, 'SET')
    lines = (out / 'set.train').read_text().splitlines()
    assert lines == [f'SET/images/train/A/img1/00000{k}.png' for k in (1, 2, 3)]
    for line in lines:
        assert (out / line).is_symlink()
        assert (out / line).resolve() == (source / 'img1' / Path(line).name).resolve()


def test_source_is_only_read(tmp_path, make_sequence, tree):
    """Contents and modes of the source are those of before, linked or copied."""
    source = make_sequence(tmp_path / 'src', 'A', MOT17_GT)
    for image in (source / 'img1').iterdir():
        image.chmod(0o444)
    before = tree(tmp_path / 'src')
    convert_mot(tmp_path / 'src', tmp_path / 'out', 'SET')
    convert_mot(tmp_path / 'src', tmp_path / 'out', 'SET', copy=True)
    assert tree(tmp_path / 'src') == before
    copied = tmp_path / 'out/SET/images/train/A/img1/000002.png'
    assert not copied.is_symlink()
    assert copied.read_bytes() == (source / 'img1/000002.png').read_bytes()
    with pytest.raises(OutputError, match='must not change'):
        convert_mot(tmp_path / 'src', tmp_path / 'src/out', 'SET')


@pytest.mark.parametrize('copy', [False, True])
def test_running_again_changes_nothing(tmp_path, copy, make_sequence, tree):
    """No line is appended and no temporary file stays."""
    make_sequence(tmp_path / 'src', 'A', MOT17_GT)
    out = tmp_path / 'out'
    convert_mot(tmp_path / 'src', out, 'SET', copy=copy)
    before = tree(out)
    convert_mot(tmp_path / 'src', out, 'SET', copy=copy)
    assert tree(out) == before
    assert not [name for name in before if '/.' in name]


def test_images_that_lie_in_place_are_left(tmp_path, make_sequence, tree):
    """The source may already be OUT/NAME/images/train: only labels are added."""
    source = tmp_path / 'SET/images/train'
    make_sequence(source, 'A', MOT17_GT)
    before = tree(source)
    convert_mot(source, tmp_path, 'SET', copy=True)
    assert tree(source) == before
    assert len(label(tmp_path, 'SET', 'A', '000001')) == 2


def test_other_images_are_never_overwritten(tmp_path, make_sequence):
    """A different file under the name of an image stops the conversion."""
    make_sequence(tmp_path / 'src', 'A', MOT17_GT)
    mine = tmp_path / 'out/SET/images/train/A/img1/000001.png'
    mine.parent.mkdir(parents=True)
    mine.write_bytes(b'precious')
    with pytest.raises(OutputError, match=r'000001\.png exists and differs'):
        convert_mot(tmp_path / 'src', tmp_path / 'out', 'SET')
    assert mine.read_bytes() == b'precious'


def test_failure_leaves_no_list(tmp_path, make_sequence):
    """A broken second sequence: the list of an earlier run is gone as well."""
    make_sequence(tmp_path / 'src', 'A', MOT17_GT)
    broken = make_sequence(tmp_path / 'src', 'B', MOT17_GT)
    out = tmp_path / 'out'
    convert_mot(tmp_path / 'src', out, 'SET')
    (broken / 'gt/gt.txt').write_text('1,1,nan,2,3,4,1,1,1\n')
    with pytest.raises(DataError, match=r'gt\.txt, line 1'):
        convert_mot(tmp_path / 'src', out, 'SET')
    assert not (out / 'set.train').exists()


def test_halves(tmp_path, make_sequence):
    """int(n / 2) images first, the rest second; identities are those of the whole."""
    gt = ''.join(f'{k},{10 - k},1,1,9,9,1,1,1\n' for k in range(1, 9))
    make_sequence(tmp_path / 'src', 'A', gt, frames=range(1, 10))
    report = convert_mot(tmp_path / 'src', tmp_path / 'out', 'SET', half=True)
    frames = {
        path.suffix: [int(Path(line).stem) for line in path.read_text().splitlines()]
        for path in report.lists
    }
    assert frames == {
        '.train': [1, 2, 3, 4, 5, 6, 7, 8, 9],
        '.half': [1, 2, 3, 4],
        '.val': [5, 6, 7, 8, 9],
        '.emb': [5, 8],
    }
    assert counts(report) == (9, 8, 8)
    assert counts(report, 'half') == (4, 4, 4)
    assert counts(report, 'val') == (5, 4, 4)
    assert label(tmp_path / 'out', 'SET', 'A', '000005')[0].startswith('0 3 ')


def test_halves_have_the_published_lengths(tmp_path, make_sequence):
    """An odd MOT17 sequence: 837 images of MOT17-05 are 418 and 419, 140 for Re-ID."""
    make_sequence(tmp_path / 'src', 'A', MOT17_GT, frames=range(1, 838), size=(10, 8))
    report = convert_mot(tmp_path / 'src', tmp_path / 'out', 'SET', half=True)
    images = [count.images for count in report.lists.values()]
    assert images == [837, 418, 419, 140]


def test_second_half_to_test_on(tmp_path, make_sequence, tree):
    """Frames count from 1 again; every row, ignored ones too, keeps its other columns.

    The data set that tools/test.py reads finds images and ground truth together.
    """
    gt = '3,1,5,5,9,9,1,1,1\n4,2,6,6,9,9,0,8,0.25\n1,2,1,1,9,9,1,1,1\n'
    make_sequence(tmp_path / 'src', 'A', gt, frames=range(1, 6))
    out = tmp_path / 'out'
    convert_mot(tmp_path / 'src', out, 'SET', half=True)
    frames = list(MOTVideoDataset(data_root=str(out / 'SET/images/half-val')))
    assert [frame['video_length'] for frame in frames] == [3, 3, 3]
    originals = [Path(frame['img_path']).resolve().name for frame in frames]
    assert originals == ['000003.png', '000004.png', '000005.png']
    assert Path(frames[0]['gt_file']).read_text() == (
        '1,1,5,5,9,9,1,1,1\n2,2,6,6,9,9,0,8,0.25\n'
    )
    assert frames[0]['frame_rate'] == 25
    before = tree(out)
    convert_mot(tmp_path / 'src', out, 'SET', half=True)
    assert tree(out) == before
    convert_mot(tmp_path / 'src', out, 'SET')  # other lists would be of another run
    assert sorted(path.name for path in out.iterdir()) == ['SET', 'set.train']


def test_converted_sequences_can_be_tested_on(tmp_path, make_sequence):
    """seqinfo.ini and ground truth come along with the images."""
    make_sequence(tmp_path / 'src', 'A', MOT17_GT)
    convert_mot(tmp_path / 'src', tmp_path / 'out', 'SET', copy=True)
    frames = MOTVideoDataset(data_root=str(tmp_path / 'out/SET/images/train'))
    assert frames.get_data_info(0)['frame_rate'] == 25
    assert Path(frames.get_data_info(0)['gt_file']).read_text() == MOT17_GT


def test_one_video_is_taken_once(tmp_path, make_sequence):
    """MOT17 has each video three times; a pattern picks one of them."""
    for name in ('MOT17-02-DPM', 'MOT17-02-SDP'):
        make_sequence(tmp_path / 'src', name, MOT17_GT)
    with pytest.raises(DataError, match='same video'):
        convert_mot(tmp_path / 'src', tmp_path / 'out', 'SET')
    report = convert_mot(tmp_path / 'src', tmp_path / 'out', 'SET', sequences=['*-SDP'])
    assert counts(report) == (3, 4, 2)


def test_several_classes(tmp_path, make_sequence):
    """Class ids by the order of names, identities of each class from 0."""
    make_sequence(tmp_path / 'src', 'A', MOT17_GT)
    report = convert_mot(
        tmp_path / 'src',
        tmp_path / 'out',
        'SET',
        classes=['Static person', 'pedestrian,car'],
    )
    assert label(tmp_path / 'out', 'SET', 'A', '000001') == [
        '1 0 0.100000 0.312500 0.400000 0.625000',
        '1 1 0.230000 0.500000 0.300000 0.500000',
        '0 0 0.045000 0.056250 0.090000 0.112500',
    ]
    assert counts(report) == (3, 5, 1, 2)
    assert '1 + 2 identities' in str(report)


def test_classes_of_ones_own(tmp_path, make_sequence):
    """gt/labels.txt, as CVAT exports it, names the classes from 1."""
    folder = make_sequence(
        tmp_path / 'src', 'A', '1,1,0,0,50,40,1,2,1\n1,1,0,0,9,9,1,1,1\n'
    )
    (folder / 'gt/labels.txt').write_text('car\nperson\n')
    report = convert_mot(tmp_path / 'src', tmp_path / 'out', 'SET')
    assert label(tmp_path / 'out', 'SET', 'A', '000001') == [
        '0 0 0.250000 0.250000 0.500000 0.500000'
    ]
    assert report.rejected == {'class car is not converted': 1}
    with pytest.raises(DataError, match='no box of SET can be used: 1 class car'):
        convert_mot(tmp_path / 'src', tmp_path / 'out', 'SET', classes=['dog'])


def test_identities_can_count_from_one(tmp_path, make_sequence):
    """The published scripts leave identity 0 unused."""
    make_sequence(tmp_path / 'src', 'A', MOT17_GT)
    report = convert_mot(tmp_path / 'src', tmp_path / 'out', 'SET', first_id=1)
    assert counts(report) == (3, 4, 2)
    assert label(tmp_path / 'out', 'SET', 'A', '000002')[0].startswith('0 2 ')


@pytest.mark.parametrize('stem', ['{:06d}', '{}'])
@pytest.mark.parametrize(
    'frames', [(1, 2, 3), (0, 1, 2), (101, 102, 103), (1, 3, 10), (0, 5, 6)]
)
def test_labels_follow_the_numbers_of_the_images(tmp_path, make_sequence, frames, stem):
    """Wherever numbers begin, and whether some are missing, padded or not."""
    gt = ''.join(f'{frame},7,{frame % 50},20,30,40,1,1,1\n' for frame in frames)
    make_sequence(tmp_path / 'src', 'A', gt, frames, stem=stem)
    report = convert_mot(tmp_path / 'src', tmp_path / 'out', 'SET', half=True)
    for frame in frames:
        (line,) = label(tmp_path / 'out', 'SET', 'A', stem.format(frame))
        assert float(line.split()[2]) == pytest.approx((frame % 50 + 15) / 100)
    assert counts(report) == (3, 3, 1)
    folder = tmp_path / 'out/SET/images/half-val/A'
    assert [row[:4] for row in (folder / 'gt/gt.txt').read_text().splitlines()] == [
        '1,7,',
        '2,7,',
    ]


def test_a_frame_without_image_is_refused(tmp_path, make_sequence):
    """File, first line, frames and number of rows are named; no list is written."""
    make_sequence(tmp_path / 'src', 'A', MOT17_GT, frames=(1, 3))
    message = (
        r'A/gt/gt\.txt, line 1: ground truth has frame 2, but the sequence has only '
        'the frames 1, 3: 3 rows'
    )
    with pytest.raises(DataError, match=message):
        convert_mot(tmp_path / 'src', tmp_path / 'out', 'SET')
    assert not (tmp_path / 'out/set.train').exists()


def test_images_from_0_and_ground_truth_from_1(tmp_path, make_sequence):
    """Labels would be one picture late: the last frame has no image, and says why."""
    gt = ''.join(f'{frame},7,9,20,30,40,1,1,1\n' for frame in (1, 2, 3))
    make_sequence(tmp_path / 'src', 'A', gt, (0, 1, 2))
    message = 'line 3: .* frame 3, outside the frames 0 to 2 .*begin at 0, and the file'
    with pytest.raises(DataError, match=message):
        convert_mot(tmp_path / 'src', tmp_path / 'out', 'SET')


def test_names_that_are_no_numbers(tmp_path, make_sequence):
    """Images called otherwise count from 1 in name order."""
    make_sequence(
        tmp_path / 'src', 'A', MOT17_GT, frames=(4, 5, 6), stem='image_{:04d}'
    )
    convert_mot(tmp_path / 'src', tmp_path / 'out', 'SET')
    assert len(label(tmp_path / 'out', 'SET', 'A', 'image_0004')) == 2


def test_clip(tmp_path, make_sequence):
    """MOT20: boxes end at the image, those outside are left out."""
    gt = '1,1,-10,0,40,50,1,1,1\n1,2,120,0,40,50,1,1,1\n'
    make_sequence(tmp_path / 'src', 'A', gt)
    report = convert_mot(tmp_path / 'src', tmp_path / 'out', 'SET', clip=True)
    assert label(tmp_path / 'out', 'SET', 'A', '000001') == [
        '0 0 0.150000 0.312500 0.300000 0.625000'
    ]
    assert report.rejected['outside the image'] == 1


def test_wrong_folders_are_explained(tmp_path, make_sequence):
    """Nothing to convert, a folder one too deep, a name that is not there."""
    source = tmp_path / 'src'
    make_sequence(source, 'A', MOT17_GT)
    out = tmp_path / 'out'
    with pytest.raises(DataError, match=r'no sequence with gt/gt\.txt in'):
        convert_mot(tmp_path, out, 'SET')
    with pytest.raises(DataError, match='give the folder above'):
        convert_mot(source / 'A', out, 'SET')
    with pytest.raises(DataError, match=r'no sequence Z .* it contains A'):
        convert_mot(source, out, 'SET', sequences=['A', 'Z'])
    with pytest.raises(DataError, match='plain name'):
        convert_mot(source, out, '../SET')
    assert not out.exists()


def test_images_of_another_size_are_refused(tmp_path, make_sequence):
    """Scaled images beside ground truth of the full size would give wrong labels."""
    folder = make_sequence(tmp_path / 'src', 'A', MOT17_GT)
    ini = folder / 'seqinfo.ini'
    ini.write_text(ini.read_text().replace('imWidth=100', 'imWidth=200'))
    with pytest.raises(DataError, match=r'100x80 pixels, but .* 200x80'):
        convert_mot(tmp_path / 'src', tmp_path / 'out', 'SET')


def test_two_images_of_one_frame_are_refused(tmp_path, make_sequence):
    """000001.png and 1.png cannot both be frame 1."""
    images = make_sequence(tmp_path / 'src', 'A', MOT17_GT) / 'img1'
    shutil.copy(images / '000001.png', images / '1.png')
    with pytest.raises(DataError, match='both frame 1'):
        convert_mot(tmp_path / 'src', tmp_path / 'out', 'SET')


def test_synthetic_boxes_survive(tmp_path):
    """Boxes scaled back from the labels are those that the scene painted."""
    scene = SyntheticScene(1, num_people=4, width=160, height=96, num_frames=3)
    write_sequence(tmp_path / 'src/street', scene)
    convert_mot(tmp_path / 'src', tmp_path / 'out', 'SET')
    for number, (_, rows) in enumerate(scene.frames(), 1):
        lines = label(tmp_path / 'out', 'SET', 'street', f'{number:06d}')
        boxes = np.array([line.split()[2:] for line in lines], np.float64)
        boxes *= [160, 96, 160, 96]
        tlwh = np.concatenate([boxes[:, :2] - boxes[:, 2:] / 2, boxes[:, 2:]], 1)
        np.testing.assert_allclose(tlwh, rows.tlwh, atol=0.02)


def test_tool(tmp_path, monkeypatch, capsys, make_sequence):
    """The command line converts and reports, or says in one line what is wrong."""
    make_sequence(tmp_path / 'src', 'A', MOT17_GT)
    tool = Path(__file__).parents[3] / 'tools/dataset_converters/mot_to_jde.py'

    def run(source):
        arguments = [str(source), str(tmp_path / 'out'), 'SET']
        monkeypatch.setattr('sys.argv', ['mot_to_jde.py', *arguments])
        runpy.run_path(str(tool), run_name='__main__')

    run(tmp_path / 'src')
    assert 'set.train: 3 images, 4 boxes, 2 identities' in capsys.readouterr().out
    with pytest.raises(SystemExit) as stopped:
        run(tmp_path / 'nowhere')
    assert stopped.value.code == f'error: {tmp_path / "nowhere"} does not exist'


VISDRONE_GT = """\
1,1,10,20,30,40,1,1,0,0
1,2,50,20,30,40,1,4,0,1
2,2,52,20,30,40,1,4,1,2
2,0,0,0,20,20,0,0,0,0
"""


def test_classes_of_visdrone(tmp_path, make_sequence):
    """Ten columns with class, truncation and occlusion: cars are no pedestrians."""
    folder = make_sequence(tmp_path / 'src', 'A', VISDRONE_GT)
    report = convert_mot(tmp_path / 'src', tmp_path / 'out', 'SET')
    assert counts(report) == (3, 1, 1)
    assert report.rejected == {'mark is 0': 1, 'class car is not converted': 2}
    convert_mot(
        tmp_path / 'src', tmp_path / 'two', 'SET', classes=['pedestrian', 'car']
    )
    lines = label(tmp_path / 'two', 'SET', 'A', '000001')
    assert [line[:3] for line in lines] == ['0 0', '1 0']
    (folder / 'gt/labels.txt').write_text('\ufeffcar\nbus\ntruck\nperson\n')
    report = convert_mot(tmp_path / 'src', tmp_path / 'own', 'SET')
    assert counts(report) == (3, 2, 1)


def test_classes_in_eight_columns(tmp_path, make_sequence):
    """The eighth column is the class there too, with the numbers of MOTChallenge."""
    make_sequence(tmp_path / 'src', 'A', '1,1,0,0,50,40,1,3\n1,2,50,0,50,40,1,1\n')
    report = convert_mot(tmp_path / 'src', tmp_path / 'out', 'SET')
    assert counts(report) == (3, 1, 1)
    assert report.rejected == {'class car is not converted': 1}


def test_names_without_classes_are_refused(tmp_path, make_sequence):
    """labels.txt names classes that the ground truth does not have."""
    folder = make_sequence(tmp_path / 'src', 'A', MOT15_GT)
    (folder / 'gt/labels.txt').write_text('car\nperson\n')
    with pytest.raises(DataError, match=r'no column of classes, but .* names 2'):
        convert_mot(tmp_path / 'src', tmp_path / 'out', 'SET')
    (folder / 'gt/labels.txt').write_text('person\n')
    convert_mot(tmp_path / 'src', tmp_path / 'out', 'SET')


@pytest.mark.parametrize(
    ('gt', 'message'),
    [
        ('1,1.1,0,0,50,40,1,1,1\n', 'line 1: identity = 1.1 is not a whole number'),
        ('1.9,1,0,0,50,40,1,1,1\n', 'line 1: frame = 1.9 is not a whole number'),
        (f'1,{2**70},0,0,50,40\n', 'line 1: identity = 1180.* must be at most'),
        ('1,1,0,0,50,40,1,0.7,1\n', 'line 1: class = 0.7 is not a whole number'),
        ('1,1,.1,.1,.2,.4\n2,1,.1,.1,.2,.4\n', '2 of 2 boxes are fractions'),
    ],
)
def test_ground_truth_that_cannot_be_used(tmp_path, make_sequence, gt, message):
    """Nothing is rounded, and nothing is scaled that is no pixel."""
    make_sequence(tmp_path / 'src', 'A', gt)
    with pytest.raises(DataError, match=rf'gt\.txt.*{message}'):
        convert_mot(tmp_path / 'src', tmp_path / 'out', 'SET')
    assert not list((tmp_path / 'out').glob('set.*'))


@pytest.mark.parametrize('encoding', ['utf-8-sig', 'utf-16'])
def test_text_of_other_programs(tmp_path, make_sequence, encoding):
    """Spaces instead of commas, byte order marks, also in the half protocol."""
    folder = make_sequence(tmp_path / 'src', 'A', MOT17_GT)
    convert_mot(tmp_path / 'src', tmp_path / 'out', 'SET', half=True)
    text = MOT17_GT.replace(',', '  ').replace('\n', '\r\n')
    (folder / 'gt/gt.txt').write_bytes(text.encode(encoding))
    ini = (folder / 'seqinfo.ini').read_text()
    (folder / 'seqinfo.ini').write_bytes(ini.encode(encoding))
    convert_mot(tmp_path / 'src', tmp_path / 'two', 'SET', half=True)
    for place in (
        'labels_with_ids/train/A/img1/000002.txt',
        'images/half-val/A/gt/gt.txt',
    ):
        first, second = (
            (tmp_path / out / 'SET' / place).read_text() for out in ('out', 'two')
        )
        assert first == second != ''
    (folder / 'seqinfo.ini').write_bytes(b'[Sequence]\nname=\xbd\xd6\n')
    with pytest.raises(DataError, match=r'seqinfo\.ini, line 2: .* save it as UTF-8'):
        convert_mot(tmp_path / 'src', tmp_path / 'out', 'SET')


@pytest.mark.parametrize(
    'name', ['[a] b', '50% off', 'images', 'labels_with_ids', 'a\\b']
)
def test_names_of_folders(tmp_path, make_sequence, name):
    """Names with a meaning elsewhere are names here, up to the training."""
    make_sequence(tmp_path / 'src', name, MOT17_GT)
    for choice in (None, [name]):
        convert_mot(tmp_path / 'src', tmp_path / 'out', 'SET', sequences=choice)
    data = JDEDataset(str(tmp_path / 'out'), ['set.train'], index_dir=None)
    assert [len(data.get_data_info(k)['jde_labels']) for k in range(3)] == [2, 1, 1]
    assert check_dataset(tmp_path / 'out', ['set.train'], workers=1).num_errors == 0
    made = make_list(tmp_path / 'out', [f'SET/images/train/{name}'], 'own.train')
    assert str(*made.lists.values()) == '3 images, 4 boxes, 2 identities'
    videos = MOTVideoDataset(str(tmp_path / 'out/SET/images/train'), [name])
    assert len(videos) == 3


def test_a_set_called_images(tmp_path, make_sequence):
    """The name of the set is no folder of images."""
    make_sequence(tmp_path / 'src', 'A', MOT17_GT)
    convert_mot(tmp_path / 'src', tmp_path / 'out', 'images')
    data = JDEDataset(str(tmp_path / 'out'), ['images.train'], index_dir=None)
    assert data.num_ids == 3


def test_files_of_macos(tmp_path, make_sequence):
    """What macOS puts into archives is left out."""
    folder = make_sequence(tmp_path / 'src', 'A', MOT17_GT)
    (folder / 'img1/._000001.png').write_bytes(b'\0\5\x16\7')
    (folder / 'img1/.DS_Store').touch()
    shutil.copytree(folder, tmp_path / 'src/.A')
    assert counts(convert_mot(tmp_path / 'src', tmp_path / 'out', 'SET')) == (3, 4, 2)


def test_nothing_to_learn_from(tmp_path, make_sequence):
    """Empty ground truth in all sequences is no data set."""
    make_sequence(tmp_path / 'src', 'A', '')
    with pytest.raises(DataError, match='no box of SET can be used: there is none in'):
        convert_mot(tmp_path / 'src', tmp_path / 'out', 'SET')


def ignore_counts(out, name, read_labels):
    lines = (out / f'{name}.train').read_text().split()
    labels = [line.split()[:2] for image in lines for line in read_labels(out, image)]
    return labels.count(['-1', '-1']), len(labels)


@pytest.mark.parametrize(
    ('options', 'regions', 'boxes'),
    [
        ({}, 0, 4),
        (dict(ignore_classes=['static person', 'Distractor', 'reflection']), 3, 4),
        (dict(keep_ignored=True), 0, 4),
    ],
)
def test_ignored_classes(options, regions, boxes, tmp_path, make_sequence, read_labels):
    """Static persons and distractors become regions whatever their mark is."""
    size = 1920, 1080
    make_sequence(tmp_path / 'src', 'S', MOT17_02, frames=(1, 2), size=size)
    report = convert_mot(tmp_path / 'src', tmp_path / 'out', 'm', **options)
    found = ignore_counts(tmp_path / 'out', 'm', read_labels)
    assert found == (regions, regions + boxes)
    (count,) = report.lists.values()
    assert (count.ignored, count.boxes) == (regions, boxes)


def test_marked_rows_as_regions(tmp_path, make_sequence, read_labels):
    """In MOT15, where only the mark decides, rows of mark 0 become regions."""
    make_sequence(tmp_path / 'src', 'S', PETS09, frames=(1, 2), size=(768, 576))
    convert_mot(tmp_path / 'src', tmp_path / 'out', 'm', keep_ignored=True)
    assert ignore_counts(tmp_path / 'out', 'm', read_labels) == (1, 6)
    dataset = JDEDataset(str(tmp_path / 'out'), ['m.train'], index_dir=None)
    assert dataset.num_ids == 4


def test_ignored_class_twice(tmp_path, make_sequence):
    """A class cannot be trained and ignored."""
    make_sequence(tmp_path / 'src', 'S', MOT17_GT)
    with pytest.raises(DataError, match="'pedestrian' occurs twice"):
        convert_mot(
            tmp_path / 'src', tmp_path / 'out', 'm', ignore_classes=['pedestrian']
        )


MOT17_CLASSES = """\
1,7,10,20,30,40,1,1,0.5
1,3,40,20,20,40,0,3,1.0
1,4,60,20,10,20,0,8,1.0
2,3,42,20,20,40,0,3,1.0
3,7,12,20,30,40,1,1,1.0
"""


@pytest.mark.parametrize('half', [False, True])
def test_classes_of_the_motchallenge(tmp_path, make_sequence, half):
    """Cars, which MOT17 marks 0, are labels and ground truth if they are named."""
    source = tmp_path / 'src'
    make_sequence(source, 'A', MOT17_CLASSES)
    report = convert_mot(
        source, tmp_path / 'out', 'SET', classes=['car', 'pedestrian'], half=half
    )
    assert report.lists[tmp_path / 'out/set.train'].ids == [1, 1]
    assert report.rejected == {'class distractor is not converted': 1}
    folder = tmp_path / 'out/SET/images/train/A'
    assert (folder / 'gt/labels.txt').read_text() == 'car\npedestrian\n'
    assert (folder / 'gt/gt.txt').read_text().splitlines()[:2] == [
        '1,1,40.0000,20.0000,20.0000,40.0000,1,1,1',
        '1,2,10.0000,20.0000,30.0000,40.0000,1,2,1',
    ]
    if half:
        second = tmp_path / 'out/SET/images/half-val/A/gt'
        assert (second / 'labels.txt').read_text() == 'car\npedestrian\n'
        assert (second / 'gt.txt').read_text().splitlines() == [
            '1,1,42.0000,20.0000,20.0000,40.0000,1,1,1',
            '2,2,12.0000,20.0000,30.0000,40.0000,1,2,1',
        ]


def test_cars_alone(tmp_path, make_sequence):
    """One class that is not the pedestrian has its own ground truth, too."""
    make_sequence(tmp_path / 'src', 'A', MOT17_CLASSES)
    convert_mot(tmp_path / 'src', tmp_path / 'out', 'SET', classes=['car'])
    truth = tmp_path / 'out/SET/images/train/A/gt/gt.txt'
    assert [line.split(',')[0] for line in truth.read_text().splitlines()] == ['1', '2']


def test_several_classes_do_not_write_into_the_source(tmp_path, make_sequence):
    """The ground truth of the source would be replaced."""
    source = tmp_path / 'SET/images/train'
    make_sequence(source, 'A', MOT17_CLASSES)
    with pytest.raises(OutputError, match='must not change'):
        convert_mot(source, tmp_path, 'SET', classes=['car', 'pedestrian'])
