import numpy as np
import pytest

from fairmot_mm.evaluation.mot_protocols import (
    SequenceTracks,
    motchallenge_pairs,
    published_pairs,
)
from fairmot_mm.utils import DataError, read_mot

BOXES = {7: '10,20,30,60', 8: '110,20,30,60', 9: '210,20,30,60'}


def rows(path, *lines):
    path.write_text(''.join(f'{line}\n' for line in lines))
    return read_mot(path)


def sequence(folder, gt, results, name='some', **kwargs):
    return SequenceTracks(
        name, rows(folder / 'gt.txt', *gt), rows(folder / 'res.txt', *results), **kwargs
    )


def result(frame, box, identity=None):
    return f'{frame},{identity or box},{BOXES[box]},1,-1,-1,-1'


@pytest.mark.parametrize(
    ('name', 'gt', 'gt_ids', 'result_ids'),
    [
        # MOT15: world coordinates in columns 8 to 10, mark 0 excludes a box.
        ('TUD-Campus', '1,7,{},1,-1,-1,-1', [7], [7, 8, 9]),
        ('TUD-Campus', '1,7,{},1,-4.8,7.1,12', [7], [7, 8, 9]),
        ('TUD-Campus', '1,7,{},0,-1,-1,-1', [], [7, 8, 9]),
        # MOT16, MOT17: mark, class, visibility.
        ('MOT16-02', '1,7,{},1,1,0.5', [7], [7, 8, 9]),
        ('MOT17-02-SDP', '1,7,{},0,1,0.5', [], [7, 8, 9]),
        ('MOT17-02-SDP', '1,7,{},0,3,0.5', [], [7, 8, 9]),
        ('MOT17-02-SDP', '1,7,{},0,6,0.5', [], [7, 8, 9]),
        ('MOT17-02-SDP', '1,7,{},0,2,0.5', [], [8, 9]),
        ('MOT17-02-SDP', '1,7,{},1,7,0.5', [], [8, 9]),
        ('MOT17-02-SDP', '1,7,{},0,8,0', [], [8, 9]),
        ('MOT16-02', '1,7,{},0,12,0.5', [], [8, 9]),
        # MOT20: a vehicle is a distractor too.
        ('MOT20-01', '1,7,{},0,6,0.5', [], [8, 9]),
        ('MOT20-01', '1,7,{},1,1,0.5', [7], [7, 8, 9]),
    ],
)
def test_ground_truth_forms(tmp_path, name, gt, gt_ids, result_ids):
    """Each benchmark's form of ground truth is read as that benchmark means it."""
    results = [result(1, box) for box in BOXES]
    (pair,) = motchallenge_pairs(
        sequence(tmp_path, [gt.format(BOXES[7])], results, name)
    )
    assert pair.gt_ids.tolist() == gt_ids
    assert pair.result_ids.tolist() == result_ids
    assert pair.iou.shape == (len(gt_ids), len(result_ids))


@pytest.mark.parametrize(
    ('pairs', 'result_ids'), [(motchallenge_pairs, [1]), (published_pairs, [])]
)
def test_pedestrian_beside_distractor(tmp_path, pairs, result_ids):
    """MOTChallenge matches to all boxes at once; published, the distractor is first."""
    gt = ['1,1,0,0,100,100,1,1,1', '1,2,20,0,100,100,0,8,1']
    results = ['1,1,5,0,100,100,1,-1,-1,-1']
    (pair,) = pairs(sequence(tmp_path, gt, results, 'MOT17-02-SDP'))
    assert pair.gt_ids.tolist() == [1]
    assert pair.result_ids.tolist() == result_ids


def test_published_ignores_negative_visibility_and_keeps_all_rows_elsewhere(tmp_path):
    """The published rules, by the name of the sequence alone."""
    gt = ['1,7,10,20,30,60,0,1,-1', '1,8,110,20,30,60,0,7,1', '2,9,1,1,9,9,1,1,1']
    results = [result(1, box) for box in BOXES]
    (pair,) = published_pairs(sequence(tmp_path, gt, results, 'MOT16-02'))
    assert (pair.gt_ids.tolist(), pair.result_ids.tolist()) == ([], [9])
    (pair,) = published_pairs(sequence(tmp_path, gt, results, 'MOT20-01'))
    assert (pair.gt_ids.tolist(), pair.result_ids.tolist()) == ([7, 8], [7, 8, 9])


def test_frames_without_results_count_for_motchallenge_only(tmp_path):
    """Published rules skip them, which flatters."""
    gt = [f'{frame},7,{BOXES[7]},1,1,1' for frame in (1, 2, 3)]
    tracks = sequence(tmp_path, gt, [result(2, 7)], num_frames=3)
    assert [pair.frame for pair in motchallenge_pairs(tracks)] == [1, 2, 3]
    assert [pair.frame for pair in published_pairs(tracks)] == [2]


def test_second_half_of_a_sequence(tmp_path):
    """Only the frames the tracker was run on are taken from the ground truth."""
    gt = [f'{frame},7,{BOXES[7]},1,1,1' for frame in range(1, 8)]
    tracks = sequence(tmp_path, gt, [result(4, 7)], num_frames=3, first_frame=4)
    assert [pair.frame for pair in motchallenge_pairs(tracks)] == [4, 5, 6]


def test_fractions_of_ground_truth_are_kept(tmp_path):
    """A box of half a pixel more is another box."""
    gt, results = ['1,1,0.5,0,9.5,10,1,1,1'], ['1,1,0,0,10,10,1,-1,-1,-1']
    (pair,) = motchallenge_pairs(sequence(tmp_path, gt, results))
    np.testing.assert_allclose(pair.iou, [[0.95]])


@pytest.mark.parametrize(
    ('gt', 'results', 'num_frames', 'message'),
    [
        ([f'1,7,{BOXES[7]},1,14,1'], [], 1, 'some: ground truth has class 14'),
        ([f'0,7,{BOXES[7]},1,1,1'], [], 1, 'some: frame 0 is below 1'),
        ([], [result(2, 7)], 1, 'some: results have frame 2, outside the frames 1 to'),
        ([], [result(2, 7), result(2, 8, 7)], 2, 'results has identity 7 more than'),
        ([f'1,7,{BOXES[7]},1,1,1'] * 2, [], 1, 'ground truth has identity 7 more'),
    ],
)
def test_rows_that_cannot_be_scored(tmp_path, gt, results, num_frames, message):
    """The message names the sequence and what is wrong with it."""
    with pytest.raises(DataError, match=message):
        motchallenge_pairs(sequence(tmp_path, gt, results, num_frames=num_frames))
