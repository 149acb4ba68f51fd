import runpy
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
# Origin of the files: see tests/evaluation/test_mot_scores.py.
DATA = ROOT / 'tests' / 'data' / 'eval'


@pytest.fixture(scope='module')
def main():
    tool = ROOT / 'tools' / 'analysis_tools' / 'evaluate_mot.py'
    return runpy.run_path(str(tool))['main']


@pytest.mark.parametrize(
    ('arguments', 'mota'), [([], '56.2'), (['--protocol', 'published'], '73.2')]
)
def test_prints_the_table(main, capsys, arguments, mota):
    """Result files against a folder of sequences, by the rules asked for."""
    main([str(DATA), str(DATA), *arguments])
    lines = capsys.readouterr().out.splitlines()
    column = lines[1].split().index('MOTA')
    assert lines[-1].split()[0] == 'OVERALL'
    assert lines[-1].split()[column] == mota


def test_wrong_input_is_one_line(main, tmp_path):
    """What is missing is named, without a traceback."""
    with pytest.raises(SystemExit, match=r'^error: .* has no result file'):
        main([str(DATA), str(tmp_path)])
    shutil.copy(DATA / 'TUD-Campus.txt', tmp_path / 'MOT17-05-SDP.txt')
    with pytest.raises(SystemExit, match=r'^error: .*MOT17-05-SDP.* does not exist$'):
        main([str(DATA), str(tmp_path)])
