import json
import shutil
from pathlib import Path

import motmetrics
import numpy as np
import pytest
from trackeval import Evaluator
from trackeval.datasets import MotChallenge2DBox
from trackeval.metrics import CLEAR, HOTA
from trackeval.utils import TrackEvalException

from fairmot_mm.evaluation import (
    ALPHAS,
    OVERALL,
    SequenceTracks,
    evaluate_sequences,
    format_table,
    hota_curves,
)
from fairmot_mm.evaluation.mot_scores import format_score
from fairmot_mm.utils import ConfigError, DataError, read_mot

# Ground truth, results and scores (`summary.json`) of three synthetic sequences of 40
# frames, computed with the published FairMOT implementation (commit 4aa6297) and
# motmetrics 1.4.0. Frames 20 and 21 have no result.
DATA = Path(__file__).parents[1] / 'data' / 'eval'
MOT17 = ('MOT17-02-SDP', 'MOT17-04-SDP')
TUD_CAMPUS = Path(motmetrics.__file__).parent / 'data' / 'TUD-Campus'
SUMMARY = {
    'idf1': 'IDF1',
    'idp': 'IDP',
    'idr': 'IDR',
    'recall': 'Rcll',
    'precision': 'Prcn',
    'num_unique_objects': 'GT',
    'mostly_tracked': 'MT',
    'partially_tracked': 'PT',
    'mostly_lost': 'ML',
    'num_false_positives': 'FP',
    'num_misses': 'FN',
    'num_switches': 'IDSW',
    'num_fragmentations': 'FM',
    'mota': 'MOTA',
    'motp': 'MOTP',
    'num_transfer': 'IDt',
    'num_ascend': 'IDa',
    'num_migrate': 'IDm',
}


def read_sequence(name, gt_file, result_file, **kwargs):
    return SequenceTracks(name, read_mot(gt_file), read_mot(result_file), **kwargs)


def stored(name):
    return read_sequence(name, DATA / name / 'gt' / 'gt.txt', DATA / f'{name}.txt')


def test_published_protocol_gives_the_published_numbers():
    """All scores of all sequences, and of all together, as published code has them."""
    summary = json.loads((DATA / 'summary.json').read_text())
    scores = evaluate_sequences(
        [stored(n) for n in (*MOT17, 'TUD-Campus')], 'published'
    )
    assert scores.keys() == summary.keys()
    for name, expected in summary.items():
        assert expected.keys() == SUMMARY.keys()
        ours = {key: scores[name][SUMMARY[key]] for key in expected}
        assert ours == pytest.approx(expected, abs=1e-9)


def test_tud_campus():
    """The scores that motmetrics documents for its sample."""
    tracks = (
        'TUD-Campus',
        read_mot(TUD_CAMPUS / 'gt.txt'),
        read_mot(TUD_CAMPUS / 'test.txt'),
        71,
    )
    scores = evaluate_sequences([tracks])['TUD-Campus']
    assert round(100 * scores['MOTA'], 1) == 52.6
    assert round(100 * scores['IDF1'], 1) == 55.8


def trackeval_scores(folder, benchmark, files, length=0):
    """Scores by TrackEval's own Evaluator of {sequence: (gt file, result file)}."""
    gt_dir = folder / 'gt' / f'{benchmark}-train'
    result_dir = folder / 'trackers' / f'{benchmark}-train' / 'ours' / 'data'
    result_dir.mkdir(parents=True)
    lengths = {}
    for name, (gt_file, result_file) in files.items():
        (gt_dir / name / 'gt').mkdir(parents=True)
        shutil.copy(gt_file, gt_dir / name / 'gt' / 'gt.txt')
        shutil.copy(result_file, result_dir / f'{name}.txt')
        frames = [read_mot(file).frames.max() for file in (gt_file, result_file)]
        lengths[name] = length or int(max(frames))
    quiet = {'PRINT_CONFIG': False}
    dataset = MotChallenge2DBox(
        {
            'GT_FOLDER': str(folder / 'gt'),
            'TRACKERS_FOLDER': str(folder / 'trackers'),
            'BENCHMARK': benchmark,
            'SEQ_INFO': lengths,
            **quiet,
        }
    )
    evaluator = Evaluator(
        {
            'TIME_PROGRESS': False,
            'PRINT_RESULTS': False,
            'OUTPUT_SUMMARY': False,
            'OUTPUT_DETAILED': False,
            'PLOT_CURVES': False,
            'LOG_ON_ERROR': None,
            **quiet,
        }
    )
    results, _ = evaluator.evaluate([dataset], [HOTA(), CLEAR(quiet)])
    results = results['MotChallenge2DBox']['ours']
    results[OVERALL] = results.pop('COMBINED_SEQ')
    return {name: value['pedestrian'] for name, value in results.items()}


def as_mot20(folder):
    """The stored MOT17 sequence with its distractors turned into vehicles."""
    lines = (DATA / MOT17[0] / 'gt' / 'gt.txt').read_text().splitlines()
    fields = [line.split(',') for line in lines]
    for field in fields:
        field[7] = '6' if field[7] in ('7', '8', '12') else field[7]
    gt_file = folder / 'mot20_gt.txt'
    gt_file.write_text(''.join(','.join(field) + '\n' for field in fields))
    return {'MOT20-01': (gt_file, DATA / f'{MOT17[0]}.txt')}


@pytest.mark.parametrize('benchmark', ['MOT15', 'MOT16', 'MOT17', 'MOT20'])
def test_motchallenge_protocol_equals_trackeval(tmp_path, benchmark):
    """HOTA, CLEAR and the boxes that count are those of the official evaluation."""
    files = {
        'MOT15': {'TUD-Campus': (TUD_CAMPUS / 'gt.txt', TUD_CAMPUS / 'test.txt')},
        'MOT20': as_mot20(tmp_path),
    }.get(
        benchmark,
        {
            name.replace('MOT17', benchmark): (
                DATA / name / 'gt' / 'gt.txt',
                DATA / f'{name}.txt',
            )
            for name in MOT17
        },
    )
    expected = trackeval_scores(tmp_path, benchmark, files)
    scores = evaluate_sequences(
        [read_sequence(n, *paths) for n, paths in files.items()]
    )
    assert scores.keys() == expected.keys()
    for name, ours in scores.items():
        hota, clear = expected[name]['HOTA'], expected[name]['CLEAR']
        for key in ('HOTA', 'DetA', 'AssA', 'DetRe', 'DetPr', 'AssRe', 'AssPr', 'LocA'):
            assert ours[key] == pytest.approx(np.mean(hota[key]), abs=1e-6), (name, key)
        assert ours['MOTA'] == pytest.approx(clear['MOTA'], abs=1e-9)
        assert 1 - ours['MOTP'] == pytest.approx(clear['MOTP'], abs=1e-9)
        assert ours['FP'] == clear['CLR_FP']
        assert ours['FN'] == clear['CLR_FN']
        assert ours['IDSW'] == clear['IDSW']
        assert ours['MT'] + ours['PT'] + ours['ML'] == ours['GT']


def as_columns(folder, count):
    """The stored MOT17 sequence with every third row a car, in 8, 9 or 10 columns."""
    lines = (DATA / MOT17[0] / 'gt' / 'gt.txt').read_text().splitlines()
    fields = [line.split(',')[:6] for line in lines]
    ends = {8: '', 9: ',1', 10: ',0,0'}[count]
    gt_file = folder / f'{count}.txt'
    gt_file.write_text(
        ''.join(
            f'{",".join(field)},1,{4 if k % 3 == 0 else 1}{ends}\n'
            for k, field in enumerate(fields)
        )
    )
    return gt_file


@pytest.mark.parametrize('count', [8, 9, 10])
def test_classes_count_as_trackeval_counts_them(tmp_path, count):
    """Cars are no pedestrians, in ground truth of 8, 9 or 10 columns."""
    gt_file = as_columns(tmp_path, count)
    files = {MOT17[0]: (gt_file, DATA / f'{MOT17[0]}.txt')}
    expected = trackeval_scores(tmp_path, 'MOT17', files)[MOT17[0]]
    ours = evaluate_sequences([read_sequence(MOT17[0], *files[MOT17[0]])])[MOT17[0]]
    assert ours['HOTA'] == pytest.approx(np.mean(expected['HOTA']['HOTA']), abs=1e-6)
    assert ours['FP'] == expected['CLEAR']['CLR_FP']
    assert ours['FN'] == expected['CLEAR']['CLR_FN']
    all_pedestrians = evaluate_sequences([stored(MOT17[0])])[MOT17[0]]
    assert ours['FP'] > all_pedestrians['FP']


@pytest.mark.parametrize('cut', ['gt', 'results'])
def test_a_frame_beyond_the_sequence_is_refused_as_by_trackeval(tmp_path, cut):
    """Frame 41 of 40, in the ground truth or in the results."""
    tracks = stored(MOT17[0])
    late = getattr(tracks, cut).__class__.of_pedestrians(
        np.array([41]), np.array([1]), np.ones((1, 4))
    )
    with pytest.raises(DataError, match='frame 41, outside the frames 1 to 40'):
        evaluate_sequences([tracks._replace(**{cut: late}, frames=range(1, 41))])
    folder = tmp_path / MOT17[0]
    folder.mkdir()
    gt_file, result_file = folder / 'gt.txt', folder / 'res.txt'
    line = '{},1,10,20,30,60,1,1,1\n'
    gt_file.write_text(line.format(41 if cut == 'gt' else 1))
    result_file.write_text(line.format(41 if cut == 'results' else 1))
    with pytest.raises(TrackEvalException, match='invalid timesteps'):
        trackeval_scores(
            tmp_path, 'MOT17', {MOT17[0]: (gt_file, result_file)}, length=40
        )


def test_vehicles_are_distractors_in_mot20_only(tmp_path):
    """The same file scores fewer false positives under the name of a MOT20 sequence."""
    ((gt_file, result_file),) = as_mot20(tmp_path).values()
    false_positives = [
        evaluate_sequences([read_sequence(name, gt_file, result_file)])[name]['FP']
        for name in ('MOT20-01', 'MOT17-01')
    ]
    assert false_positives[0] < false_positives[1]


def test_last_frames_without_output_are_missed():
    """A tracker that stops early pays for it, except under the published rules."""
    whole = stored(MOT17[0])
    cut = whole._replace(results=whole.results[whole.results.frames <= 30])
    late = (whole.gt.frames > 30) & (whole.gt.marks != 0) & (whole.gt.classes == 1)
    until_30 = whole._replace(gt=whole.gt[whole.gt.frames <= 30], results=cut.results)
    missed, before = (
        evaluate_sequences([tracks])[OVERALL]['FN'] for tracks in (cut, until_30)
    )
    assert late.sum() > 0
    assert missed == before + late.sum()
    published = evaluate_sequences([cut], 'published')
    assert published == evaluate_sequences([until_30], 'published')


@pytest.mark.parametrize('protocol', ['motchallenge', 'published'])
def test_sequences_with_nothing_to_match(protocol):
    """No result, no ground truth, or neither: finite scores and sums that hold."""
    full = stored(MOT17[0])
    none = full.gt[:0]
    scores = evaluate_sequences(
        [
            full,
            full._replace(name='silent', results=none),
            full._replace(name='deserted', gt=none),
            full._replace(name='void', gt=none, results=none),
        ],
        protocol,
    )
    assert np.isfinite([[*row.values()] for row in scores.values()]).all()
    assert scores['deserted']['FP'] == len(full.results)
    assert scores['silent']['MOTA'] == scores['void']['HOTA'] == 0
    assert scores[OVERALL]['MOTP'] == pytest.approx(scores[full.name]['MOTP'])
    assert scores[OVERALL]['FP'] == scores[full.name]['FP'] + len(full.results)


def test_perfect_tracks():
    """Ground truth as its own result scores 1, under any numbering of the tracks."""
    gt = stored(MOT17[0]).gt
    counted = gt[(gt.marks != 0) & (gt.classes == 1)]
    counted.ids[:] = 10**9 - counted.ids
    scores = evaluate_sequences([('MOT17-02-SDP', gt, counted)])[OVERALL]
    assert [scores[key] for key in ('HOTA', 'MOTA', 'IDF1')] == pytest.approx([1, 1, 1])
    assert scores['IDSW'] == scores['FP'] == scores['FN'] == 0


def test_table_shows_every_sequence():
    """One row a sequence and one for all, ratios in per cent, counts as they are."""
    scores = evaluate_sequences([stored(name) for name in MOT17])
    lines = format_table(scores).splitlines()
    assert [line.split()[0] for line in lines[2:]] == [*MOT17, OVERALL]
    row = dict(zip(lines[0].split(), lines[-1].split(), strict=True))
    assert row['MOTA'] == f'{100 * scores[OVERALL]["MOTA"]:.1f}'
    assert row['FP'] == str(scores[OVERALL]['FP'])


def test_wrong_arguments():
    """Each is refused with a message that says what to change."""
    tracks = stored(MOT17[0])
    with pytest.raises(ConfigError, match=r"'mot17' is unknown; choose one of motchal"):
        evaluate_sequences([tracks], 'mot17')
    with pytest.raises(DataError, match=r"name 'MOT17-02-SDP' is taken"):
        evaluate_sequences([tracks, tracks])
    with pytest.raises(DataError, match='no sequence'):
        evaluate_sequences([])


@pytest.mark.parametrize('columns', [8, 10])
def test_cars_are_no_pedestrians(tmp_path, columns):
    """Ground truth with classes in 8 or 10 columns scores as TrackEval reads it."""
    truth, results = [], []
    for frame in range(1, 11):
        for identity, label in ((1, 1), (2, 4)):
            row = f'{frame},{identity},{100 * identity},10,40,80,1'
            truth.append(','.join([*row.split(','), f'{label}', '0', '0'][:columns]))
            results.append(f'{row},-1,-1,-1')
    files = {'MOT17-02-SDP': (tmp_path / 'gt.txt', tmp_path / 'results.txt')}
    for file, lines in zip(files['MOT17-02-SDP'], (truth, results), strict=True):
        file.write_text('\n'.join(lines) + '\n')
    expected = trackeval_scores(tmp_path, 'MOT17', files)
    scores = evaluate_sequences(
        [read_sequence(name, *paths) for name, paths in files.items()]
    )
    assert scores[OVERALL]['MOTA'] == expected[OVERALL]['CLEAR']['MOTA'] == 0
    assert scores[OVERALL]['FP'] == 10


def test_means_of_the_curves_are_the_scores():
    """HOTA over the threshold has the score as its mean, and falls towards 1."""
    scores = evaluate_sequences(map(stored, MOT17))
    curves = hota_curves(map(stored, MOT17))
    assert set(curves) == {*MOT17, OVERALL}
    for name, curve in curves.items():
        for key in ('HOTA', 'DetA', 'AssA'):
            assert curve[key].shape == ALPHAS.shape == (19,)
            assert curve[key].mean() == pytest.approx(scores[name][key], abs=1e-12)
        assert curve['HOTA'][-1] < curve['HOTA'][0]
    assert ALPHAS[0] == 0.05
    assert ALPHAS[-1] == pytest.approx(0.95)


def test_no_negative_zero():
    """A distance that rounds to nothing has no sign."""
    assert format_score(-1e-9) == format_score(-0.0) == '0.0'
    assert format_score(-0.001) == '-0.1'
    assert format_score(3) == '3'
