import numpy as np
import pytest

from fairmot_mm.utils import read_mot


@pytest.fixture
def main(load_main):
    return load_main('evaluate_tracker')


def overall(capsys):
    lines = capsys.readouterr().out.splitlines()
    columns = next(line for line in lines if line.startswith('sequence')).split()
    return dict(zip(columns, lines[-1].split(), strict=True))


def test_scores_and_files(main, noisy, tmp_path, capsys):
    """The table is that of the result files; a setting of the tracker counts."""
    config = tmp_path / 'c.py'
    config.write_text("model = dict(tracker=dict(type='JDETracker'))")
    out = tmp_path / 'out'
    main([str(noisy), '--config', str(config), '--out', str(out)])
    scores = overall(capsys)
    assert scores['sequence'] == 'OVERALL'
    assert float(scores['MOTA']) > 30
    rows = [read_mot(out / f'{name}.txt') for name in 'ab']
    assert sum(len(each) for each in rows) > int(scores['FP'])
    assert np.isin(rows[0].frames, np.arange(1, 9)).all()
    strict = ['--cfg-options', 'model.tracker.obj_score_thr=0.99']
    main([str(noisy), '--config', str(config), *strict])
    assert float(overall(capsys)['MOTA']) < 5


def test_wrong_input_is_one_line(main, noisy, tmp_path):
    """No detections, no tracker."""
    with pytest.raises(SystemExit, match=r'^error: .*nope does not exist'):
        main([str(tmp_path / 'nope')])
    (tmp_path / 'c.py').write_text('model = dict()')
    with pytest.raises(SystemExit, match=r'has no model\.tracker'):
        main([str(noisy), '--config', str(tmp_path / 'c.py')])
