import json
import runpy
from pathlib import Path

import pytest
import torch

TOOL = Path(__file__).parents[3] / 'tools' / 'analysis_tools' / 'benchmark_tracker.py'


@pytest.fixture
def main(monkeypatch):
    for name in ('OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'MKL_NUM_THREADS'):
        monkeypatch.setenv(name, '1')  # and put back what was there
    num_threads = torch.get_num_threads()
    yield runpy.run_path(str(TOOL))['main']
    torch.set_num_threads(num_threads)


def test_people_and_length(main, tmp_path, capsys):
    """Table and numbers: ours and ByteTracker's times, and both marks of a video."""
    path = tmp_path / 'out' / 'numbers.json'
    options = ['--people', '3', '9', '--frames', '5', '--long-people', '2']
    main([*options, '--long-frames', '2000', '--json', str(path)])
    result = json.loads(path.read_text())
    few, more = result['by_people']
    assert (few['people'], more['people']) == (3, 9)
    assert few['state_kb'] < more['state_kb']
    for row in (few, more):
        assert 0 < row['median_ms'] <= row['p95_ms']
        assert row['ratio'] == pytest.approx(row['byte_median_ms'] / row['median_ms'])
    length = result['by_length']
    assert length['marks'] == [1000, 2000]
    frames = [row['frame'] for row in length['rows']]
    assert frames == sorted(frames)
    assert {1000, 2000} <= set(frames)
    ids = [row['newest_id'] for row in length['rows']]
    assert ids == sorted(set(ids))
    assert all(row['rss_mb'] > 50 for row in length['rows'])
    assert 'Tracked again in turn' in capsys.readouterr().out


def test_tracker_of_a_config(main, tmp_path):
    """Another tracker is measured by config; a config without one is refused."""
    config = tmp_path / 'c.py'
    config.write_text("model = dict(tracker=dict(type='JDETracker', track_bufer=3))")
    options = ['--config', str(config), '--people', '3', '--long-frames', '0']
    with pytest.raises(SystemExit, match='track_bufer'):
        main(options)
    config.write_text('model = dict()')
    with pytest.raises(SystemExit, match=r'has no model\.tracker'):
        main(options)
