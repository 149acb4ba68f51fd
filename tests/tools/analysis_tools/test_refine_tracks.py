import runpy
from pathlib import Path

import numpy as np
import pytest

from fairmot_mm.utils import read_mot, write_mot

ROOT = Path(__file__).parents[3]
# Origin of the files: see tests/evaluation/test_mot_scores.py.
DATA = ROOT / 'tests' / 'data' / 'eval'


@pytest.fixture(scope='module')
def main():
    tool = ROOT / 'tools' / 'analysis_tools' / 'refine_tracks.py'
    return runpy.run_path(str(tool))['main']


@pytest.fixture
def with_holes(tmp_path):
    """Ground truth as results, of which every fourth frame was not seen."""
    rows = read_mot(DATA / 'TUD-Campus' / 'gt' / 'gt.txt')
    folder = tmp_path / 'results'
    write_mot(folder / 'TUD-Campus.txt', rows[rows.frames % 4 != 0])
    return folder


def scores(line, columns):
    names = columns.split()
    return dict(zip(names, line.split(), strict=True))


@pytest.mark.parametrize('method', ['linear', 'gaussian'])
def test_scores_before_and_after(main, with_holes, tmp_path, capsys, method):
    """Filled tracks score higher, by what is printed and what is written."""
    out = tmp_path / 'out'
    options = ['--out', str(out), '--method', method, '--gt-root', str(DATA)]
    main([str(with_holes), *options])
    lines = capsys.readouterr().out.splitlines()
    tables = [k for k, line in enumerate(lines) if line.startswith('sequence')]
    before, after = (scores(lines[k + 2], lines[k]) for k in tables)
    assert float(before['Rcll']) < 80
    assert float(after['Rcll']) > 95
    assert float(after['HOTA']) > float(before['HOTA'])
    new, old = read_mot(out / 'TUD-Campus.txt'), read_mot(with_holes / 'TUD-Campus.txt')
    assert len(new) > len(old)
    kept = new[np.isin(new.frames, old.frames)]
    moved = np.abs(kept.tlwh - old[np.lexsort((old.ids, old.frames))].tlwh).max()
    assert (moved == 0) == (method == 'linear')


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
