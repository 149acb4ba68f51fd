"""Several trackers on the same noisy detections, in one table."""

import cv2
import numpy as np
import pytest

from fairmot_mm.actions import compare_trackers
from fairmot_mm.utils.setup_env import register_all_modules

CONFIG = """
trackers = {
    'ours': dict(type='JDETracker'),
    'blind': dict(type='JDETracker', obj_score_thr=0.99),
}
"""


@pytest.fixture
def main(load_main):
    return load_main('compare_trackers')


@pytest.fixture
def sequence(tmp_path):
    """Two people who stand for twelve frames."""
    folder = tmp_path / 'STREET'
    (folder / 'img1').mkdir(parents=True)
    (folder / 'gt').mkdir()
    for t in range(1, 13):
        cv2.imwrite(str(folder / 'img1' / f'{t:06}.png'), np.zeros((60, 80, 3), 'u1'))
    rows = [f'{t},{k},{100 * k},10,20,40,1,1,1' for t in range(1, 13) for k in (1, 2)]
    (folder / 'gt' / 'gt.txt').write_text('\n'.join(rows))
    return folder


@pytest.fixture
def config(tmp_path):
    path = tmp_path / 'trackers.py'
    path.write_text(CONFIG)
    return path


def test_table(main, sequence, config, capsys):
    """Without noise nobody is missed; whoever accepts no score misses everybody."""
    noise = ['miss_rate=0', 'ghost_rate=0', 'jitter=0']
    main([str(config), str(sequence), '--seeds', '2', '--noise', *noise])
    lines = capsys.readouterr().out.splitlines()
    assert 'miss_rate=0' in lines[0]
    table = [line.split('|')[1:-1] for line in lines if line.startswith('| ')]
    cells = {name.strip(): values for name, *values in table}
    assert [float(cell) for cell in cells['ours'][:6]] == [100, 100, 100, 0, 0, 0]
    assert float(cells['blind'][5]) == 24
    assert cells['blind'][6].strip() == '-100.00 ± 0.00'


def test_comparisons(main, sequence, tmp_path, capsys):
    """A config may hold several tables, each with its sequences and its noise.

    Who coasts through two of three frames sees the image of all of them.
    """
    path = tmp_path / 'several.py'
    path.write_text(
        "_ours = dict(type='JDETracker')\n"
        "_flow = dict(_ours, camera_motion=dict(type='SparseFlowMotion'))\n"
        "_trackers = {'all': _ours, 'third': dict(_flow, detect_every=3)}\n"
        'comparisons = [\n'
        "    dict(title='Clean', sequences=['STREET'], trackers=_trackers,\n"
        '         noise=dict(miss_rate=0.0)),\n'
        "    dict(title='Blind', sequences=['STREET'], trackers=_trackers,\n"
        '         noise=dict(miss_rate=1.0)),\n'
        ']\n'
    )
    still = ['ghost_rate=0', 'jitter=0', 'miss_rate=0.5']
    root = ['--data-root', str(tmp_path), '--seeds', '1']
    main([str(path), *root, '--noise', *still])
    printed = capsys.readouterr().out
    assert printed.index('### Clean') < printed.index('### Blind')
    assert 'miss_rate=0.0, ghost_rate=0;' in printed
    rows = [line.split('|') for line in printed.splitlines() if line[:3] == '| t']
    assert [float(row[2]) for row in rows if row[1].strip() == 'third'] == [100, 0]


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        ("comparisons = [dict(title='a')]", 'comparison 1 has no'),
        ("trackers = dict(a=dict(type='JDETracker'))", 'names no sequences: name them'),
    ],
)
def test_a_comparison_must_be_whole(main, text, message, tmp_path):
    """What is missing is named."""
    path = tmp_path / 'half.py'
    path.write_text(text)
    with pytest.raises(SystemExit, match=message):
        main([str(path)])


def test_mmdet_trackers_do_not_coast():
    """They take part in comparisons, but see every frame."""
    byte = dict(type='ByteTracker', motion=dict(type='KalmanFilter'))
    register_all_modules()
    assert compare_trackers.build_tracker(byte).tracker.name == 'ByteTracker'
    with pytest.raises(Exception, match='ByteTracker cannot coast'):
        compare_trackers.build_tracker(dict(byte, detect_every=2))


def test_gains_come_with_their_error():
    """Differences are taken run by run."""
    first = np.array([[50.0, 0, 60, 1, 1, 1], [70, 0, 60, 1, 1, 1]])
    second = first + np.array([[1, 0, 2, 0, 0, 0], [3, 0, 2, 0, 0, 0]])
    last = compare_trackers.format_rows({'a': first, 'b': second}).splitlines()[-1]
    assert [cell.strip() for cell in last.split('|')[-3:-1]] == [
        '+2.00 ± 1.00',
        '+2.00 ± 0.00',
    ]


@pytest.mark.parametrize(
    ('extra', 'message'),
    [
        (['--noise', 'fog=1'], 'fog'),
        (['--noise', 'miss_rate=7'], 'miss_rate=7'),
        (['--seeds', '0'], '--seeds 0'),
    ],
)
def test_mistakes_are_explained(main, extra, message, sequence, config):
    """Unknown or senseless noise, and no seed."""
    with pytest.raises(SystemExit, match=message):
        main([str(config), str(sequence), *extra])


def test_a_config_without_trackers_is_refused(main, sequence, tmp_path):
    """The file must say what to compare."""
    path = tmp_path / 'empty.py'
    path.write_text('x = 1')
    with pytest.raises(SystemExit, match='trackers'):
        main([str(path), str(sequence)])
