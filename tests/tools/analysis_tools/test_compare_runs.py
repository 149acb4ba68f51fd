import json
import sys

import cv2
import pytest

from fairmot_mm.commands.compare_runs import main


@pytest.fixture
def compare(monkeypatch):
    """Run the tool as the command line would."""

    def run(*args):
        monkeypatch.setattr(sys, 'argv', ['compare_runs.py', *map(str, args)])
        main()

    return run


def log(work_dir, started, *lines, rest=''):
    folder = work_dir / started / 'vis_data'
    folder.mkdir(parents=True)
    text = ''.join(json.dumps(line) + '\n' for line in lines)
    (folder / 'scalars.json').write_text(text + rest)


@pytest.fixture
def runs(tmp_path):
    """A run that was killed and resumed, and one that was not."""
    a, b = tmp_path / 'a', tmp_path / 'b'
    killed = [dict(step=step, iter=step, loss=9.0 - step) for step in (1, 2, 3)]
    log(a, '20260101_000000', *killed, rest='{"step": 4, "lo')
    again = dict(step=3, iter=3, loss=5.5, time=2.0)
    log(a, '20260102_000000', again, {'step': 1, 'mot/MOTA': 0.25, 'time': 9.0})
    scores = {'step': 1, 'mot/MOTA': 0.5, 'mot/MOTA/x': 0.25, 'mot/MOTA/y': 0.75}
    log(b, '20260101_000000', dict(step=1, iter=1, loss=7.0), scores)
    return a, b


def test_picture_and_table(compare, runs, tmp_path, capsys):
    """Both runs in one picture; a resumed run is one curve with its newest values."""
    out = tmp_path / 'out' / 'runs.png'
    compare(*runs, '--keys', 'loss', 'mot/MOTA', '--out', out)
    lines = [' '.join(line.split()) for line in capsys.readouterr().out.splitlines()]
    a, b = runs
    assert f'loss {a} 5.5 at 3 5.5 at 3 8 at 1' in lines
    assert f'loss {b} 7 at 1 7 at 1 7 at 1' in lines
    assert f'mot/MOTA {b} 0.5 at 1 0.5 at 1 0.5 at 1' in lines
    picture = cv2.imread(str(out))
    assert picture.shape[:2] == (600, 800)
    assert picture.std() > 5


def test_sequences_by_pattern(compare, runs, tmp_path, capsys):
    """Each sequence has a panel; the time of a validation is not one of training."""
    out = tmp_path / 'runs.png'
    compare(*runs, '--keys', 'mot/MOTA/*', 'time', 'val/time', '--out', out)
    lines = [' '.join(line.split()) for line in capsys.readouterr().out.splitlines()]
    a, b = runs
    assert [line.split(' at')[0] for line in lines[2:6]] == [
        f'mot/MOTA/x {b} 0.25',
        f'mot/MOTA/y {b} 0.75',
        f'time {a} 2',
        f'val/time {a} 9',
    ]
    assert cv2.imread(str(out)).shape[:2] == (1200, 800)


def test_against_epochs(compare, tmp_path, monkeypatch):
    """Runs with five and with ten iterations an epoch end at the same place."""
    drawn = {}
    monkeypatch.setattr(
        'matplotlib.axes.Axes.plot',
        lambda panel, x, y, label, **_: drawn.setdefault(label, list(x)),
    )
    for name, length in (('a', 5), ('b', 10)):
        lines = [
            dict(step=step, iter=step, epoch=-(-step // length), loss=1.0)
            for step in range(1, 3 * length + 1)
        ]
        log(tmp_path / name, '20260101_000000', *lines)
    folders = [tmp_path / 'a', tmp_path / 'b']
    compare(*folders, '--keys', 'loss', '--out', tmp_path / 'runs.png')
    assert drawn[str(folders[0])] == [step / 5 for step in range(1, 16)]
    assert drawn[str(folders[1])][-1] == 3.0


@pytest.mark.parametrize(
    ('args', 'message'),
    [
        (['--keys', 'los'], r"no run logged 'los'; there are iter, loss, mot/MOTA"),
        (['nowhere'], 'nowhere does not exist'),
    ],
)
def test_errors(compare, runs, tmp_path, args, message):
    """What is missing is named, with what there is."""
    with pytest.raises(SystemExit, match=message):
        compare(*runs, *args, '--out', tmp_path / 'runs.png')
    assert not (tmp_path / 'runs.png').exists()


def test_broken_log(compare, runs):
    """A line that is no JSON, other than a last one that was cut off, is named."""
    (path,) = (runs[1]).glob('*/vis_data/scalars.json')
    path.write_text('nonsense\n' + path.read_text())
    with pytest.raises(SystemExit, match=r'scalars\.json, line 1: '):
        compare(runs[1])
