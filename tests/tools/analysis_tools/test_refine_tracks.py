from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fairmot_mm.evaluation import (
    OVERALL,
    DetectedSequence,
    SequenceTracks,
    evaluate_sequences,
    save_detections,
)
from fairmot_mm.utils import read_mot, write_mot
from fairmot_mm.utils.boxes import tlwh_to_xyxy

# Origin of the files: see tests/evaluation/test_mot_scores.py.
DATA = Path(__file__).parents[2] / 'data' / 'eval'


@pytest.fixture
def main(load_main):
    return load_main('refine_tracks')


@pytest.fixture
def with_holes(tmp_path):
    """Ground truth as results, of which every fourth frame was not seen."""
    rows = read_mot(DATA / 'TUD-Campus' / 'gt' / 'gt.txt')
    folder = tmp_path / 'results'
    write_mot(folder / 'TUD-Campus.txt', rows[rows.frames % 4 != 0])
    return folder


@pytest.fixture
def with_faults(tmp_path):
    """Results with two faults, and the detections that they were made from.

    Two people have exchanged their identities from frame 18 on. A third is missed in
    frames 8 to 10, and has a new identity afterwards.
    """
    rows = read_mot(DATA / 'TUD-Campus' / 'gt' / 'gt.txt')
    rows = rows[np.argsort(rows.frames, kind='stable')]
    counts = np.bincount(rows.frames, minlength=41)[1:]
    rng = np.random.default_rng(0)
    embeds = np.eye(16)[rows.ids] + rng.normal(0, 0.05, (len(rows), 16))
    sequence = DetectedSequence(
        name='TUD-Campus',
        frame_rate=25.0,
        ori_shape=(480, 640),
        gt=rows,
        starts=np.append(0, np.cumsum(counts)),
        bboxes=tlwh_to_xyxy(rows.tlwh + rng.normal(0, 1, (len(rows), 4))),
        scores=np.ones(len(rows), np.float32),
        labels=np.zeros(len(rows), np.int64),
        embeds=embeds / np.linalg.norm(embeds, axis=1, keepdims=True),
    )
    save_detections(tmp_path / 'dets' / 'TUD-Campus.npz', sequence)
    new, late = rows.ids.copy(), rows.frames >= 18
    new[late & (rows.ids == 1)] = 2
    new[late & (rows.ids == 2)] = 1
    new[(rows.frames > 10) & (rows.ids == 3)] = 90
    faulty = replace(rows, ids=new)
    lost = (rows.ids == 3) & (rows.frames >= 8) & (rows.frames <= 10)
    write_mot(tmp_path / 'faulty' / 'TUD-Campus.txt', faulty[~lost])
    return tmp_path / 'faulty', tmp_path / 'dets'


def score(path):
    truth = read_mot(DATA / 'TUD-Campus' / 'gt' / 'gt.txt')
    return evaluate_sequences([SequenceTracks('a', truth, read_mot(path))])[OVERALL]


@pytest.mark.parametrize('method', ['linear', 'gaussian'])
def test_higher_scores(main, with_holes, tmp_path, capsys, method):
    """Filled tracks score higher; the number of boxes that were added is printed."""
    out = tmp_path / 'out'
    main([with_holes, '--out', out, '--method', method])
    before, after = (score(path / 'TUD-Campus.txt') for path in (with_holes, out))
    assert before['Rcll'] < 0.8
    assert after['Rcll'] > 0.95
    assert after['HOTA'] > before['HOTA']
    new, old = read_mot(out / 'TUD-Campus.txt'), read_mot(with_holes / 'TUD-Campus.txt')
    assert len(new) > len(old)
    added = f'{len(new) - len(old)} boxes added to {len(old)}'
    assert added in capsys.readouterr().out
    kept = new[np.isin(new.frames, old.frames)]
    moved = np.abs(kept.tlwh - old[np.lexsort((old.ids, old.frames))].tlwh).max()
    assert (moved == 0) == (method == 'linear')


def test_numbers_with_gaps(main, tmp_path):
    """Images 10, 20, 30 and so on: boxes are added there, and not in frame 11."""
    images, out = tmp_path / 'data/A/img1', tmp_path / 'out'
    images.mkdir(parents=True)
    for number in range(10, 70, 10):
        (images / f'{number}.jpg').touch()
    (tmp_path / 'results').mkdir()
    file = tmp_path / 'results/A.txt'
    file.write_text('10,1,0,0,9,9,1\n30,1,4,0,9,9,1\n60,1,10,0,9,9,1\n')
    arguments = [tmp_path / 'results', '--out', out, '--max-gap', 1]
    main([*arguments, '--data-root', tmp_path / 'data'])
    rows = read_mot(out / 'A.txt')
    assert rows.frames.tolist() == [10, 20, 30, 60]
    assert rows.tlwh[1].tolist() == [2, 0, 9, 9]
    arguments.append('--overwrite')
    file.write_text('15,1,0,0,9,9,1\n')
    with pytest.raises(SystemExit, match='results have frame 15, but the sequence has'):
        main([*arguments, '--data-root', tmp_path / 'data'])
    with pytest.raises(SystemExit, match='neither images nor seqLength'):
        main([*arguments, '--data-root', tmp_path])


def test_wrong_input_is_one_line(main, with_holes, tmp_path):
    """The folder itself, an empty one, a bad file: told, and nothing written."""
    out = str(tmp_path / 'out')
    with pytest.raises(SystemExit, match=r'^error: --out .* take another$'):
        main([str(with_holes), '--out', str(with_holes)])
    with pytest.raises(SystemExit, match='is no result file and has none'):
        main([str(tmp_path), '--out', out])
    (with_holes / 'A.txt').write_text('1,5,0,0,9,9,1\n1,5,0,0,9,9,1\n')
    with pytest.raises(SystemExit, match=r'A\.txt: identity 5 is more than once'):
        main([str(with_holes), '--out', out])
    assert not list(Path(out).iterdir())


def test_tracks_are_split_and_linked(main, with_faults, tmp_path, capsys):
    """Exchanged people are separated, and the pieces of each become one track."""
    results, detections = with_faults
    scores = {'before': score(results / 'TUD-Campus.txt')}
    link = ['--detections', detections, '--link']
    runs = {
        'motion': ['--link', '--frame-rate', 25],
        'link': link,
        'split': [
            '--split',
            'min_length=0.5',
            '--detections',
            detections / 'TUD-Campus.npz',
        ],
        'both': ['--split', 'min_length=0.5', *link, 'max_gap=1'],
    }
    for name, options in runs.items():
        main([results, '--out', tmp_path / name, '--max-gap', 0, *options])
        scores[name] = score(tmp_path / name / 'TUD-Campus.txt')
    told = capsys.readouterr().out.splitlines()
    assert [line.split(', ')[0] for line in told if 'became' in line] == [
        f'TUD-Campus: 9 tracks became {count}' for count in (8, 8, 11, 8)
    ]
    assert scores['motion']['IDF1'] == scores['link']['IDF1'] > scores['before']['IDF1']
    assert scores['both']['IDF1'] > scores['link']['IDF1']
    assert scores['both']['IDSW'] == 0 < scores['before']['IDSW']


def test_another_component(main, with_faults, tmp_path):
    """`type` takes a component with the contract; any other is refused by name."""
    results, _ = with_faults
    arguments = [results, '--out', tmp_path / 'out', '--frame-rate', 25, '--link']
    main([*arguments, 'type=TrackletLinking'])
    with pytest.raises(SystemExit, match=r'--link: .*ReentryGallery lacks relabel'):
        main([*arguments, 'type=ReentryGallery'])


def test_wrong_linking_is_one_line(main, with_faults, with_holes, tmp_path):
    """What is missing or wrong is named, and nothing is written."""
    results, detections = with_faults
    link = ['--link', '--detections', detections]
    other = tmp_path / 'other'
    write_mot(other / 'A.txt', read_mot(results / 'TUD-Campus.txt'))
    for options, message in (
        (['--split'], '--split needs --detections: result files have no embeddings'),
        (['--link'], '--link needs --frame-rate, or --detections'),
        (['--frame-rate', 25], '--detections and --frame-rate need --split or --link'),
        (['--link', 'max_gap=-1', '--frame-rate', 25], 'max_gap=-1'),
        (
            ['--link', 'gap=1', '--frame-rate', 25],
            "--link: TrackletLinking has no argument 'gap'",
        ),
        (['--link', '--detections', tmp_path / 'none'], 'none does not exist'),
        (['--link', '--detections', other], 'has no TUD-Campus.npz'),
        (
            ['--link', '--detections', results / 'TUD-Campus.txt'],
            'is not a file of detections',
        ),
    ):
        with pytest.raises(SystemExit) as error:
            main([results, '--out', tmp_path / 'out', *options])
        assert message in str(error.value)
        assert str(error.value).count('\n') == 0
    with pytest.raises(SystemExit, match=r'has no A\.npz, which .*A\.txt needs'):
        main([other, '--out', tmp_path / 'out', *link])
    rows = read_mot(results / 'TUD-Campus.txt')
    write_mot(results / 'TUD-Campus.txt', replace(rows, tlwh=rows.tlwh + 300))
    with pytest.raises(SystemExit, match=r'only \d+ of \d+ boxes have a detection in'):
        main([results, '--out', tmp_path / 'out', *link])
    write_mot(results / 'TUD-Campus.txt', replace(rows, frames=rows.frames + 50))
    with pytest.raises(SystemExit, match=r'results have frame.* 1 to 40 of'):
        main([results, '--out', tmp_path / 'out', *link])
    assert not [*(tmp_path / 'out').glob('*')]


def test_classes_stay(main, tmp_path):
    """The class of each row and the names of the classes are those of the results."""
    results = tmp_path / 'results'
    results.mkdir()
    (results / 'labels.txt').write_text('car\nperson\n')
    rows = '1,7,10,20,30,60,1,1,-1,-1\n3,7,14,20,30,60,1,1,-1,-1\n'
    (results / 'a.txt').write_text(rows)
    main([results, '--out', tmp_path / 'out'])
    refined = read_mot(tmp_path / 'out/a.txt')
    assert refined.frames.tolist() == [1, 2, 3]
    lines = (tmp_path / 'out/a.txt').read_text().splitlines()
    assert [line.split(',')[7] for line in lines] == ['1', '1', '1']
    assert (tmp_path / 'out/labels.txt').read_text() == 'car\nperson\n'
