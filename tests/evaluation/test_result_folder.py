import shutil
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from fairmot_mm.evaluation import (
    OVERALL,
    evaluate_sequences,
    find_result_files,
    read_result_folder,
    read_seqmap,
    read_truths,
)
from fairmot_mm.utils import DataError

# Origin of the files: see tests/evaluation/test_mot_scores.py.
DATA = Path(__file__).parents[1] / 'data' / 'eval'
NAMES = ['MOT17-02-SDP', 'MOT17-04-SDP', 'TUD-Campus']


def read(gt_root, folder, names=None, **kwargs):
    truths = read_truths(gt_root, names, kwargs.get('class_number'))
    return read_result_folder(
        folder, truths, gt_root, all_sequences=names is None, **kwargs
    )


@pytest.fixture
def results(tmp_path):
    """A copy of the stored result files."""
    folder = tmp_path / 'results'
    folder.mkdir()
    for name in NAMES:
        shutil.copy(DATA / f'{name}.txt', folder)
    return folder


@pytest.fixture
def make(tmp_path):
    """Write ground truth and results of sequences; gives both folders."""

    def write(gt, found, name='A', ini='', images=()):
        folder = tmp_path / 'gt' / name
        (folder / 'gt').mkdir(parents=True)
        (folder / 'gt/gt.txt').write_text(''.join(f'{line}\n' for line in gt))
        if ini:
            (folder / 'seqinfo.ini').write_text(f'[Sequence]\n{ini}\n')
        for image in images:
            (folder / 'img1').mkdir(exist_ok=True)
            (folder / 'img1' / image).touch()
        out = tmp_path / 'res'
        out.mkdir(exist_ok=True)
        if found is not None:
            (out / f'{name}.txt').write_text(''.join(f'{line}\n' for line in found))
        return tmp_path / 'gt', out

    return write


def rows(*frames, columns='1,-1,-1,-1'):
    return [f'{frame},7,10,20,30,60,{columns}' for frame in frames]


def test_a_missing_result_file(results):
    """It is an error that says how to go on; as empty it counts as missed."""
    whole = evaluate_sequences(read(DATA, results))
    (results / 'MOT17-04-SDP.txt').unlink()
    message = 'has no result file for 1 of 3 sequences: MOT17-04-SDP; .*--missing empty'
    with pytest.raises(DataError, match=message):
        read(DATA, results)
    empty = evaluate_sequences(read(DATA, results, missing='empty'))
    assert empty['MOT17-04-SDP']['Rcll'] == 0
    assert empty[OVERALL]['FN'] > whole[OVERALL]['FN']
    (results / 'MOT17-04-SDP.txt').touch()  # a tracker that found nobody
    assert evaluate_sequences(read(DATA, results)) == empty
    chosen = evaluate_sequences(read(DATA, results, ['MOT17-02-SDP', 'TUD-*']))
    assert [*chosen] == ['MOT17-02-SDP', 'TUD-Campus', OVERALL]


def test_foreign_files_are_left_out(results):
    """Tables, notes, times, other encodings, hidden files and folders stop nothing."""
    before = evaluate_sequences(read(DATA, results))
    (results / 'summary.txt').write_text('HOTA DetA AssA\n50 50 50\n')
    (results / 'timing.txt').write_text('1 0.05\n2 0.04\n')
    (results / 'notes.txt').write_bytes('备注'.encode('gbk'))
    (results / 'log.txt').touch()
    (results / '._TUD-Campus.txt').write_bytes(b'\0\5\26\7')
    (results / 'scores.json').write_text('{}')
    (results / 'plots.txt').mkdir()
    assert evaluate_sequences(read(DATA, results)) == before
    found = {file.stem for file in find_result_files(results)}
    assert found == {*NAMES, 'log', 'timing'}


def test_results_that_belong_to_no_sequence(results, tmp_path):
    """No ground truth, another case, a second file, the folder above: each is named."""
    shutil.copy(results / 'TUD-Campus.txt', results / 'TUD-Crossing.txt')
    with pytest.raises(DataError, match=r'TUD-Crossing/gt/gt\.txt does not exist$'):
        read(DATA, results)
    read(DATA, results, NAMES)  # unless the sequences are named
    (results / 'TUD-Crossing.txt').rename(results / 'tud-campus.txt')
    with pytest.raises(DataError, match='another case than the sequence TUD-Campus'):
        read(DATA, results)
    (results / 'tud-campus.txt').rename(results / 'TUD-Campus.TXT')
    with pytest.raises(DataError, match='are both results of TUD-Campus: keep one'):
        read(DATA, results)
    results.rename(tmp_path / 'data')
    with pytest.raises(DataError, match='did you mean its folder data'):
        read(DATA, tmp_path)


def test_sequences(tmp_path):
    """Names, patterns and seqmaps; one that is not there is named."""
    seqmap = tmp_path / 'map.txt'
    seqmap.write_text('name\nTUD-Campus\nMOT17-02-SDP\n\n')
    assert read_seqmap(seqmap) == ['TUD-Campus', 'MOT17-02-SDP']
    found = read_truths(DATA, read_seqmap(seqmap))
    assert [truth.name for truth in found] == ['MOT17-02-SDP', 'TUD-Campus']
    with pytest.raises(DataError, match=r'no sequence X, Y\* .* contains MOT17-02'):
        read_truths(DATA, ['X', 'TUD-*', 'Y*'])
    with pytest.raises(DataError, match='give the folder above'):
        read_truths(DATA / 'TUD-Campus')
    with pytest.raises(DataError, match='no sequence with'):
        read_truths(tmp_path)
    seqmap.write_text('0000 empty 000000 000154\n0001 empty 000000 000447\n')
    assert read_seqmap(seqmap) == ['0000', '0001']
    seqmap.write_text('name\n')
    with pytest.raises(DataError, match='names no sequence'):
        read_seqmap(seqmap)


@pytest.mark.parametrize(
    ('line', 'message'),
    [
        ('0,7,10,20,30,60,1', 'A: results have frame 0, outside the frames 1 to 3'),
        ('-1,7,10,20,30,60,1', 'A: results have frame -1'),
        ('4,7,10,20,30,60,1', 'A: results have frame 4, outside the frames 1 to 3'),
        ('1700000000,7,10,20,30,60,1', 'A: results have frame 1700000000, outside'),
        ('1,7,11,20,30,60,1', 'A: results have identity 7 more than once in frame 1'),
        ('2,-1,10,20,30,60,1', r'A: results have identity -1: .*det\.txt'),
        ('2,7,10,20,-30,60,1', 'A: results have a box of -30 x 60'),
        ('2,7.5,10,20,30,60,1', 'identity'),
        ('1.5,7,10,20,30,60,1', 'frame'),
    ],
)
def test_a_line_that_cannot_be_scored(make, line, message):
    """The message has file and line."""
    gt_root, folder = make(rows(1, 3), [*rows(1, columns='1'), line])
    with pytest.raises(DataError, match=rf'res/A\.txt, line 2: .*{message}'):
        read(gt_root, folder)


@pytest.mark.parametrize(
    ('line', 'message'),
    [
        (
            '0,7,10,20,30,60,1',
            r'frame 0, outside the frames 1 to 2 .*: 1 row; .*seqinf',
        ),
        ('3,7,10,20,30,60,1', 'frame 3, outside the frames 1 to 2'),
        ('1,7,10,20,30,60,1', 'identity 7 more than once in frame 1'),
    ],
)
def test_ground_truth_that_cannot_be_scored(make, line, message):
    """The same for the ground truth; seqLength says where the sequence ends."""
    gt = [*rows(1, columns='1'), line]
    gt_root, folder = make(gt, [], ini='seqLength=2')
    with pytest.raises(DataError, match=rf'A/gt/gt\.txt, line 2: A: .*{message}'):
        read(gt_root, folder)


def test_frames_are_those_of_the_images(make):
    """Images decide, not seqLength: from 0, from 101, with a gap."""
    gt_root, folder = make(
        rows(101, 103), rows(101, 103), ini='seqLength=2',
        images=('101.jpg', '102.jpg', '103.jpg'),
    )  # fmt: skip
    make(rows(0, 1), rows(0, 1), 'B', images=('0.jpg', '1.jpg'))
    make(rows(1, 3), rows(1, 3), 'C', images=('000001.jpg', '000003.jpg'))
    scores = evaluate_sequences(read(gt_root, folder))
    assert [scores[name]['MOTA'] for name in 'ABC'] == [1, 1, 1]
    assert evaluate_sequences(read(gt_root, folder), 'published')['B']['MOTA'] == 1
    (folder / 'C.txt').write_text('\n'.join(rows(1, 2, 3)))
    message = r'C\.txt, line 2: .*frame 2, but the sequence has only the frames 1, 3'
    with pytest.raises(DataError, match=message):
        read(gt_root, folder)


def test_a_longer_sequence_than_its_ground_truth(make):
    """Without images and seqLength the message says what to write."""
    gt_root, folder = make(rows(1, 2), rows(1, 2, 3))
    with pytest.raises(DataError, match=r'neither images nor a .*A/seqinfo\.ini'):
        read(gt_root, folder)
    (gt_root / 'A/seqinfo.ini').write_text('[Sequence]\nseqLength=3\n')
    assert evaluate_sequences(read(gt_root, folder))['A']['FP'] == 1


def test_a_time_stamp_takes_no_memory(make):
    """A length of a thousand million frames costs nothing; a later frame is refused."""
    gt_root, folder = make(rows(1), rows(1, 999_999_999), ini='seqLength=999999999')
    tracemalloc.start()
    assert evaluate_sequences(read(gt_root, folder))['A']['FP'] == 1
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20e6


def test_results_with_spaces(make):
    """boxmot separates columns by spaces."""
    spaced = [line.replace(',', ' ') for line in rows(1, 2)]
    gt_root, folder = make(rows(1, 2), spaced)
    assert evaluate_sequences(read(gt_root, folder))['A']['MOTA'] == 1


def test_results_of_several_classes(make):
    """TrackEval refuses them; one class can be chosen, in both files."""
    columns = [f'1,{kind},-1,-1' for kind in (1, 2)]
    gt = [f'{frame},{kind},{60 * kind},0,30,60,1,{kind},1'
          for frame in (1, 2) for kind in (1, 2)]  # fmt: skip
    found = [f'{frame},{kind},{60 * kind},0,30,60,{columns[kind - 1]}'
             for frame in (1, 2) for kind in (1, 2)]  # fmt: skip
    gt_root, folder = make(gt, found)
    with pytest.raises(DataError, match=r'A\.txt, line 2: .*class 2, .*--class'):
        read(gt_root, folder)
    for kind in (1, 2):
        scores = evaluate_sequences(read(gt_root, folder, class_number=kind))
        assert (scores['A']['MOTA'], scores['A']['GT']) == (1, 1)
    (folder / 'A.txt').write_text('\n'.join(rows(1)))
    with pytest.raises(DataError, match=r'A\.txt has no column of classes'):
        read(gt_root, folder, class_number=2)


def test_ground_truth_without_pedestrians(make):
    """Every result is false; nothing is divided by zero."""
    gt_root, folder = make(rows(1, 2, columns='1,3,1'), rows(1, 2))
    make(rows(1, columns='0,1,1'), [], 'B')
    scores = evaluate_sequences(read(gt_root, folder))
    assert scores['A']['FP'] == scores[OVERALL]['FP'] == 2
    assert np.isfinite([[*row.values()] for row in scores.values()]).all()
