import json
from pathlib import Path

import pytest

from fairmot_mm.utils import STEPS

ROOT = Path(__file__).parents[3]
NETWORK = str(ROOT / 'configs/_base_/models/fairmot_dla34-conv-small.py')
SIZE = ['--input-size', '96x64']
FEW = ['--frames', '3', '--warmup', '1', '--rounds', '1']


@pytest.fixture
def page(tmp_path):
    path = tmp_path / 'page.md'
    path.write_text('before\n<!-- speed -->\nold\n<!-- end of speed -->\nafter\n')
    return path


@pytest.fixture
def run(load_main, page, tmp_path):
    """Run a tool on small images; gives the numbers it wrote."""

    def run(name, *args):
        files = ['--json', str(tmp_path / 'out.json'), '--write', f'{page}#speed']
        load_main(name)([NETWORK, '--device', 'cpu', *SIZE, *files, *args])
        return json.loads((tmp_path / 'out.json').read_text())

    return run


def test_in_full(run, pattern_video, page, tmp_path, capsys):
    """Throughput, all stages, latency and memory: printed, in the page, as json."""
    args = ['--input', pattern_video, *FEW, '--save-video', '--out-dir', str(tmp_path)]
    (found,) = run('benchmark', *args)['variants'].values()
    assert set(found['stages']) == set(STEPS)
    assert all(times['count'] == 3 for times in found['stages'].values())
    assert found['fps'] == pytest.approx(3 / found['seconds'][0])
    assert found['memory']['host_mb'] > 50
    assert found['machine']['versions']['torch']
    assert (tmp_path / 'pytorch' / f'{Path(pattern_video).stem}.mp4').exists()
    printed, text = capsys.readouterr().out, page.read_text()
    for word in (*STEPS, 'throughput', 'latency', 'random weights', 'PyTorch'):
        assert word in printed
        assert word in text
    assert 'old' not in text


def test_compare(run, pattern_video, page):
    """Variants in the order given, with the ratio of their speed, and equal tracks."""
    names = ['pytorch', 'contiguous+no-threads']
    args = ['--input', pattern_video, *FEW, '--compare', *names]
    found = run('benchmark', *args)['variants']
    assert list(found) == names
    first, second = found.values()
    assert len(second['seconds']) == 1
    assert second['ratio'] == pytest.approx(second['fps'] / first['fps'])
    assert second['tracks']['same'] == 1
    assert second['tracks']['rows'] > 0
    assert '| pytorch ' in page.read_text()


def test_networks(run, pattern_video, page):
    """A row for each network."""
    args = ['--input', pattern_video, *FEW, '--variants', 'pytorch']
    found = run('benchmark_networks', *args)
    assert found['dla34-conv-small']['pytorch']['fps'] > 0
    assert '| `dla34-conv-small` |' in page.read_text()


def test_network_that_fails(load_main, pattern_video, page):
    """It is named in the end, with status 1; the others have their rows."""
    args = [*SIZE, *FEW, '--variants', 'pytorch', '--write', f'{page}#speed']
    with pytest.raises(SystemExit, match='not measured: gone: config gone'):
        load_main('benchmark_networks')(
            ['gone.py', NETWORK, '--input', pattern_video, *args]
        )
    assert '| `dla34-conv-small` |' in page.read_text()


def test_training(run, page):
    """A row for each option."""
    options = ['--batch-size', '2', '--steps', '1', '--options', 'float32']
    found = run('benchmark_training', *options)['dla34-conv-small']['float32']
    assert found['samples'] == pytest.approx(2 / found['seconds'][0])
    assert '| float32 ' in page.read_text()


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (['--compare', 'fast'], "there is no variant 'fast'"),
        (['--compare', 'pytorch', '--reference', 'mmcv'], '--reference mmcv is not'),
        (['--write', 'nowhere.md#speed'], 'cannot read nowhere.md'),
        (['--input-size', '100x64'], 'must be multiples of 32'),
    ],
)
def test_mistakes(load_main, pattern_video, options, message):
    """What cannot work is told in a line before anything runs."""
    with pytest.raises(SystemExit, match=message):
        load_main('benchmark')([NETWORK, '--input', pattern_video, *SIZE, *options])
