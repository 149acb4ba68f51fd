from pathlib import Path

import numpy as np
import pytest

from fairmot_mm.evaluation import OVERALL, SequenceTracks, evaluate_sequences
from fairmot_mm.utils import read_mot, write_mot

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
