import shutil
from pathlib import Path

import numpy as np
import pytest

from fairmot_mm.utils import read_mot

# Origin of the files: see tests/evaluation/test_mot_scores.py.
DATA = Path(__file__).parents[2] / 'data' / 'eval'


@pytest.fixture
def main(load_main):
    return load_main('evaluate')


def tables(capsys):
    """The last row of every table, by column."""
    lines = capsys.readouterr().out.splitlines()
    columns = next(line for line in lines if line.startswith('sequence')).split()
    return [
        dict(zip(columns, line.split(), strict=True))
        for line in lines
        if line.startswith('OVERALL')
    ]


@pytest.mark.parametrize(
    ('arguments', 'mota'), [([], '56.2'), (['--protocol', 'published'], '73.2')]
)
def test_results(main, capsys, arguments, mota):
    """Result files against a folder of sequences, by the rules asked for."""
    main(['results', DATA, DATA, *arguments])
    (overall,) = tables(capsys)
    assert overall['MOTA'] == mota


def test_several_results(main, capsys, tmp_path):
    """Each folder has a table: one with fewer rows has a lower recall."""
    rows = (DATA / 'TUD-Campus.txt').read_text().splitlines(keepends=True)
    for name, kept in (('all', rows), ('half', rows[::2])):
        (tmp_path / name).mkdir()
        (tmp_path / name / 'TUD-Campus.txt').write_text(''.join(kept))
    one = ['--sequences', 'TUD-*']
    main(['results', DATA, tmp_path / 'all', tmp_path / 'half', *one])
    whole, half = tables(capsys)
    assert float(half['Rcll']) < 0.7 * float(whole['Rcll'])


def test_detections(main, noisy, tmp_path, capsys):
    """The table is that of the result files; a setting of the tracker counts."""
    config = tmp_path / 'c.py'
    config.write_text("model = dict(tracker=dict(type='JDETracker'))")
    out = tmp_path / 'out'
    main(['detections', noisy, '--config', config, '--out', out])
    (scores,) = tables(capsys)
    assert float(scores['MOTA']) > 30
    rows = [read_mot(out / f'{name}.txt') for name in 'ab']
    assert sum(len(each) for each in rows) > int(scores['FP'])
    assert np.isin(rows[0].frames, np.arange(1, 9)).all()
    strict = ['--cfg-options', 'model.tracker.obj_score_thr=0.99']
    main(['detections', noisy, '--config', config, *strict])
    assert float(tables(capsys)[0]['MOTA']) < 5


def test_wrong_results_are_one_line(main, tmp_path):
    """What is missing is named, without a traceback."""
    with pytest.raises(SystemExit, match=r'^error: .* has no result file'):
        main(['results', DATA, tmp_path])
    shutil.copy(DATA / 'TUD-Campus.txt', tmp_path / 'MOT17-05-SDP.txt')
    with pytest.raises(SystemExit, match=r'^error: .*MOT17-05-SDP.* does not exist$'):
        main(['results', DATA, tmp_path])


def test_wrong_detections_are_one_line(main, noisy, tmp_path):
    """No detections, no tracker."""
    with pytest.raises(SystemExit, match=r'^error: .*nope does not exist'):
        main(['detections', tmp_path / 'nope'])
    (tmp_path / 'c.py').write_text('model = dict()')
    with pytest.raises(SystemExit, match=r'has no model\.tracker'):
        main(['detections', noisy, '--config', tmp_path / 'c.py'])


GT = '1,1,10,20,30,40,1,1,1\n1,2,60,20,30,40,1,2,1\n2,2,62,20,30,40,1,2,1\n'
FOUND = '1,7,10,20,30,40,1,1,-1,-1\n1,8,60,20,30,40,1,2,-1,-1\n'


@pytest.fixture
def traffic(tmp_path):
    """Ground truth with the names of two classes, and results."""
    gt = tmp_path / 'gt/a/gt'
    gt.mkdir(parents=True)
    (gt / 'gt.txt').write_text(GT)
    (gt / 'labels.txt').write_text('person\ncar\n')
    (tmp_path / 'out').mkdir()
    (tmp_path / 'out/a.txt').write_text(FOUND)
    return tmp_path / 'gt', tmp_path / 'out'


def test_each_class(main, traffic, capsys):
    """Several classes are scored without an option; --class chooses some."""
    main(['results', *traffic])
    lines = capsys.readouterr().out.splitlines()
    assert 'protocol classes' in lines[0]
    rows = [line.split()[:2] for line in lines[3:]]
    assert rows == [
        [name, 'OVERALL']
        for name in ('person', 'car', 'class-average', 'detection-average')
    ]
    for chosen in ('2', 'Car'):
        main(['results', *traffic, '--class', chosen])
        out = capsys.readouterr().out
        assert 'person' not in out
        assert ' 50.0' in out  # one of two cars


def test_visdrone_is_not_pedestrians(main, traffic, capsys):
    """Cars of VisDrone are cars, in a sequence folder as well."""
    gt, out = traffic
    (gt / 'a/gt/labels.txt').unlink()
    (gt / 'a/gt/gt.txt').write_text(
        '1,1,10,20,30,40,1,4,0,1\n1,2,60,20,30,40,1,1,0,0\n'
    )
    (out / 'a.txt').write_text('1,1,10,20,30,40,1,1,-1,-1\n')
    main(['results', gt, out])
    table = capsys.readouterr().out
    for name, fn, fp in (('pedestrian', '1', '1'), ('car', '1', '0')):
        (row,) = [line.split() for line in table.splitlines() if line.startswith(name)]
        header = table.splitlines()[1].split()
        values = dict(zip(header, row, strict=True))
        assert (values['FN'], values['FP']) == (fn, fp)


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (
            ['--class', 'bus'],
            'error: --class bus: the ground truth has the classes',
        ),
        (
            ['--protocol', 'motchallenge'],
            'has several classes, and --protocol',
        ),
        (['--protocol', 'published', '--class', '1', '2'], '--class takes one number'),
        (
            ['--protocol', 'published', '--class', 'car'],
            "--class = 'car' is not",
        ),
        (
            ['--protocol', 'published', '--class', '7'],
            'no row of class 7 in',
        ),
        (['--protocol', 'kitti'], 'no ground truth label_02'),
    ],
)
def test_classes_that_cannot_be_scored(main, traffic, arguments, message):
    """Each is one line."""
    with pytest.raises(SystemExit) as ended:
        main(['results', *traffic, *arguments])
    assert message in str(ended.value.code)
    assert '\n' not in str(ended.value.code)
