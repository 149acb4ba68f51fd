import runpy
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from fairmot_mm.datasets.mot_to_jde import convert_mot
from fairmot_mm.testing import SyntheticScene, write_sequence
from fairmot_mm.utils import DataError, OutputError

MOT17_GT = """\
2,7,10,20,30,40,1,1,0.5
1,7,8,20,30,40,1,1,0.0
1,3,-10,0,40,50,1,1,1.0
3,3,90,70,30,40,1,1,1.0
1,9,0,0,9,9,0,1,1.0
1,10,0,0,9,9,1,7,1.0
2,3,0,0,0,9,1,1,1.0
9,3,0,0,9,9,1,1,1.0
2,7,50,20,30,40,1,1,0.5
"""
MOT15_GT = '1,5,10,20,30,40,1,-4.1,7.3,0\n1,6,1,2,3,4,0,-4.1,7.3,0\n'


def make_sequence(root, name, gt, frames=(1, 2, 3), size=(100, 80), stem='{:06d}'):
    folder = root / name
    (folder / 'img1').mkdir(parents=True)
    (folder / 'gt').mkdir()
    (folder / 'gt/gt.txt').write_text(gt)
    for frame in frames:
        image = np.full((size[1], size[0], 3), frame % 256, np.uint8)
        cv2.imwrite(str(folder / 'img1' / f'{stem.format(frame)}.png'), image)
    (folder / 'seqinfo.ini').write_text(
        f'[Sequence]\nname={name}\nimDir=img1\nframeRate=25\nseqLength=3\n'
        f'imWidth={size[0]}\nimHeight={size[1]}\nimExt=.png\n'
    )
    return folder


def tree(folder):
    """Kind, mode and content of everything below a folder."""
    return {
        str(path.relative_to(folder)): (
            path.is_symlink(),
            path.stat().st_mode,
            path.read_bytes() if path.is_file() else None,
        )
        for path in sorted(folder.rglob('*'))
    }


def label(out, name, sequence, stem):
    path = out / name / 'labels_with_ids/train' / sequence / 'img1' / f'{stem}.txt'
    return path.read_text().splitlines()


def test_mot17_form(tmp_path):
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
    assert (report.num_images, report.num_boxes, report.num_ids) == (3, 4, 2)
    assert dict(report.rejected) == {
        'mark is 0': 1,
        'class is not 1 (pedestrian)': 1,
        'width or height is not above 0': 1,
        'the frame has no image': 1,
        'frame and id are those of an earlier row': 1,
    }
    assert '1 rows, mark is 0' in str(report)


def test_mot15_form_has_no_class(tmp_path):
    """Ten columns: the eighth is no class. Frames without people have empty files."""
    make_sequence(tmp_path / 'src', 'A', MOT15_GT)
    convert_mot(tmp_path / 'src', tmp_path / 'out', 'SET')
    out = tmp_path / 'out'
    assert label(out, 'SET', 'A', '000001') == [
        '0 0 0.250000 0.500000 0.300000 0.500000'
    ]
    assert label(out, 'SET', 'A', '000002') == []


def test_identities_count_on_across_sequences(tmp_path):
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
    assert report.num_ids == 4
    assert not (out / 'SET/labels_with_ids/train/B').exists()


def test_list_and_links(tmp_path):
    """The list is relative to the root, in order; images link to the source."""
    source = make_sequence(tmp_path / 'src', 'A', MOT17_GT)
    out = tmp_path / 'out'
    convert_mot(tmp_path / 'src', out, 'SET')
    lines = (out / 'SET.train').read_text().splitlines()
    assert lines == [f'SET/images/train/A/img1/00000{k}.png' for k in (1, 2, 3)]
    for line in lines:
        assert (out / line).is_symlink()
        assert (out / line).resolve() == (source / 'img1' / Path(line).name).resolve()


def test_source_is_only_read(tmp_path):
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
    with pytest.raises(OutputError, match='never written into'):
        convert_mot(tmp_path / 'src', tmp_path / 'src/out', 'SET')


@pytest.mark.parametrize('copy', [False, True])
def test_running_again_changes_nothing(tmp_path, copy):
    """No line is appended and no temporary file stays."""
    make_sequence(tmp_path / 'src', 'A', MOT17_GT)
    out = tmp_path / 'out'
    convert_mot(tmp_path / 'src', out, 'SET', copy=copy)
    before = tree(out)
    convert_mot(tmp_path / 'src', out, 'SET', copy=copy)
    assert tree(out) == before
    assert not [name for name in before if '/.' in name]


def test_images_that_lie_in_place_are_left(tmp_path):
    """The source may already be OUT/NAME/images/train: only labels are added."""
    source = tmp_path / 'SET/images/train'
    make_sequence(source, 'A', MOT17_GT)
    before = tree(source)
    convert_mot(source, tmp_path, 'SET', copy=True)
    assert tree(source) == before
    assert len(label(tmp_path, 'SET', 'A', '000001')) == 2


def test_other_images_are_never_overwritten(tmp_path):
    """A different file under the name of an image stops the conversion."""
    make_sequence(tmp_path / 'src', 'A', MOT17_GT)
    mine = tmp_path / 'out/SET/images/train/A/img1/000001.png'
    mine.parent.mkdir(parents=True)
    mine.write_bytes(b'precious')
    with pytest.raises(OutputError, match=r'000001\.png exists and differs'):
        convert_mot(tmp_path / 'src', tmp_path / 'out', 'SET')
    assert mine.read_bytes() == b'precious'


def test_failure_leaves_no_list(tmp_path):
    """A broken second sequence: the list of an earlier run is gone as well."""
    make_sequence(tmp_path / 'src', 'A', MOT17_GT)
    broken = make_sequence(tmp_path / 'src', 'B', MOT17_GT)
    out = tmp_path / 'out'
    convert_mot(tmp_path / 'src', out, 'SET')
    (broken / 'gt/gt.txt').write_text('1,1,nan,2,3,4,1,1,1\n')
    with pytest.raises(DataError, match=r'gt\.txt, line 1'):
        convert_mot(tmp_path / 'src', out, 'SET')
    assert not (out / 'SET.train').exists()


@pytest.mark.parametrize(
    ('split', 'suffix', 'frames'),
    [('first-half', 'half', [1, 2]), ('second-half', 'val', [3, 4, 5])],
)
def test_halves(tmp_path, split, suffix, frames):
    """int(n / 2) images first, the rest second; identities are those of the whole."""
    gt = ''.join(f'{k},{10 - k},1,1,9,9,1,1,1\n' for k in range(1, 6))
    make_sequence(tmp_path / 'src', 'A', gt, frames=range(1, 6))
    report = convert_mot(tmp_path / 'src', tmp_path / 'out', 'SET', split=split)
    lines = (tmp_path / f'out/SET.{suffix}').read_text().splitlines()
    assert [int(Path(line).stem) for line in lines] == frames
    assert (report.num_boxes, report.num_ids) == (len(frames), 5)
    assert label(tmp_path / 'out', 'SET', 'A', '000005')[0].startswith('0 0 ')


def test_halves_have_the_published_lengths(tmp_path):
    """An odd MOT17 sequence: 837 images of MOT17-05 are 418 and 419."""
    make_sequence(tmp_path / 'src', 'A', MOT17_GT, frames=range(1, 838), size=(2, 2))
    first, second = (
        convert_mot(tmp_path / 'src', tmp_path / 'out', 'SET', split=split).num_images
        for split in ('first-half', 'second-half')
    )
    assert (first, second) == (418, 419)


def test_gap_in_the_numbering(tmp_path):
    """Labels follow the numbers of the images, not their places."""
    make_sequence(tmp_path / 'src', 'A', MOT17_GT, frames=(1, 3))
    report = convert_mot(tmp_path / 'src', tmp_path / 'out', 'SET')
    assert label(tmp_path / 'out', 'SET', 'A', '000003') == [
        '0 0 1.050000 1.125000 0.300000 0.500000'
    ]
    assert report.num_images == 2
    assert report.rejected['the frame has no image'] == 3


def test_names_that_are_no_numbers(tmp_path):
    """Images called otherwise count from 1 in name order."""
    make_sequence(
        tmp_path / 'src', 'A', MOT17_GT, frames=(4, 5, 6), stem='image_{:04d}'
    )
    convert_mot(tmp_path / 'src', tmp_path / 'out', 'SET')
    assert len(label(tmp_path / 'out', 'SET', 'A', 'image_0004')) == 2


def test_clip(tmp_path):
    """MOT20: boxes end at the image, those outside are left out."""
    gt = '1,1,-10,0,40,50,1,1,1\n1,2,120,0,40,50,1,1,1\n'
    make_sequence(tmp_path / 'src', 'A', gt)
    report = convert_mot(tmp_path / 'src', tmp_path / 'out', 'SET', clip=True)
    assert label(tmp_path / 'out', 'SET', 'A', '000001') == [
        '0 0 0.150000 0.312500 0.300000 0.625000'
    ]
    assert report.rejected['outside the image'] == 1


def test_wrong_folders_are_explained(tmp_path):
    """Nothing to convert, a folder one too deep, a name that is not there."""
    source = tmp_path / 'src'
    make_sequence(source, 'A', MOT17_GT)
    out = tmp_path / 'out'
    with pytest.raises(DataError, match=r'no sequence with gt/gt\.txt in'):
        convert_mot(tmp_path, out, 'SET')
    with pytest.raises(DataError, match='give the folder above'):
        convert_mot(source / 'A', out, 'SET')
    with pytest.raises(DataError, match=r'no sequence Z .* it has A'):
        convert_mot(source, out, 'SET', sequences=['A', 'Z'])
    with pytest.raises(DataError, match='plain name'):
        convert_mot(source, out, '../SET')
    with pytest.raises(DataError, match='choose one of all'):
        convert_mot(source, out, 'SET', split='thirds')
    assert not out.exists()


def test_images_of_another_size_are_refused(tmp_path):
    """Scaled images beside ground truth of the full size would give wrong labels."""
    folder = make_sequence(tmp_path / 'src', 'A', MOT17_GT)
    ini = folder / 'seqinfo.ini'
    ini.write_text(ini.read_text().replace('imWidth=100', 'imWidth=200'))
    with pytest.raises(DataError, match=r'100x80 pixels where .* 200x80'):
        convert_mot(tmp_path / 'src', tmp_path / 'out', 'SET')


def test_two_images_of_one_frame_are_refused(tmp_path):
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


def test_tool(tmp_path, monkeypatch, capsys):
    """The command line converts and reports, or says in one line what is wrong."""
    make_sequence(tmp_path / 'src', 'A', MOT17_GT)
    tool = Path(__file__).parents[2] / 'tools/dataset_converters/mot_to_jde.py'

    def run(source):
        arguments = [str(source), str(tmp_path / 'out'), 'SET']
        monkeypatch.setattr('sys.argv', ['mot_to_jde.py', *arguments])
        runpy.run_path(str(tool), run_name='__main__')

    run(tmp_path / 'src')
    assert 'SET.train: 3 images, 4 boxes, 2 identities' in capsys.readouterr().out
    with pytest.raises(SystemExit) as stopped:
        run(tmp_path / 'nowhere')
    assert stopped.value.code == f'error: {tmp_path / "nowhere"} is not a folder'
