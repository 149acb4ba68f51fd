import functools
import json
import time
from pathlib import Path

import av
import numpy as np
import pytest

from fairmot_mm.benchmark.commands import tracker as tracker_command
from fairmot_mm.models.trackers import JDETracker
from fairmot_mm.utils import STEPS

ROOT = Path(__file__).parents[3]
NETWORK = str(ROOT / 'configs/_base_/models/fairmot_dla34-conv-small.py')
SIZE = ['--input-size', '96', '64']
# Processes start with all imports done, also those of an optimizer.
pytestmark = pytest.mark.usefixtures('start_process')
ON_CPU = [*SIZE, '--device', 'cpu']
FEW = ['--frames', '3', '--warmup', '1', '--rounds', '1']


@pytest.fixture
def page(tmp_path):
    path = tmp_path / 'page.md'
    path.write_text('before\n<!-- speed -->\nold\n<!-- end of speed -->\nafter\n')
    return path


@pytest.fixture
def run(load_main, page, tmp_path):
    """Run a command; gives the numbers it wrote."""

    def run(*args):
        files = ['--json', tmp_path / 'out.json', '--write', f'{page}#speed']
        load_main('benchmark')([*args, *files])
        return json.loads((tmp_path / 'out.json').read_text())

    return run


@pytest.fixture
def slow_down(monkeypatch):
    """Make our tracker slower by some milliseconds a frame, and call a function."""

    def slow_down(milliseconds, also=lambda: None):
        track = JDETracker.track

        @functools.wraps(track)
        def slow(*args, **kwargs):
            time.sleep(milliseconds / 1e3)
            also()
            return track(*args, **kwargs)

        monkeypatch.setattr(JDETracker, 'track', slow)

    return slow_down


def test_track_in_full(run, pattern_video, page, tmp_path, capsys):
    """Throughput, all steps, latency and memory: printed, in the page, as json."""
    args = ['--input', pattern_video, *FEW, '--save-video', '--out-dir', tmp_path]
    (found,) = run('track', NETWORK, *ON_CPU, *args)['variants'].values()
    assert set(found['steps']) == set(STEPS)
    assert all(times['count'] == 3 for times in found['steps'].values())
    assert found['fps'] == pytest.approx(3 / found['seconds'][0])
    assert found['machine']['versions']['torch']
    assert (tmp_path / 'pytorch' / f'{Path(pattern_video).stem}.mp4').exists()
    printed, text = capsys.readouterr().out, page.read_text()
    for word in (*STEPS, 'throughput', 'latency', 'random weights', 'PyTorch'):
        assert word in printed
        assert word in text
    assert 'old' not in text


def test_track_and_compare(run, pattern_video, page):
    """Variants in the order given, with the ratio of their speed, and equal tracks."""
    names = ['pytorch', 'contiguous+no-threads']
    args = ['--input', pattern_video, *FEW, '--compare', *names]
    found = run('track', NETWORK, *ON_CPU, *args)['variants']
    assert list(found) == names
    first, second = found.values()
    assert len(second['seconds']) == 1
    assert second['ratio'] == pytest.approx(second['fps'] / first['fps'])
    assert second['tracks']['same'] == 1
    assert second['tracks']['rows'] > 0
    assert '| pytorch ' in page.read_text()


def test_networks(load_main, pattern_video, page, tmp_path):
    """A row for each network; one that fails is named in the end, with status 1."""
    broken = tmp_path / 'broken.py'
    broken.write_text("model = dict(type='FairMOT', detector=dict(type='Gone'))\n")
    args = ['--input', pattern_video, *ON_CPU, *FEW, '--variants', 'pytorch']
    with pytest.raises(SystemExit, match='not measured: broken: '):
        load_main('benchmark')(
            ['networks', str(broken), NETWORK, *args, '--write', f'{page}#speed']
        )
    assert '| `dla34-conv-small` |' in page.read_text()


def test_train(run, page):
    """A row for each option, with its speed."""
    args = ['--batch-size', '2', '--steps', '1', '--compare', 'float32', 'loss-guard']
    found = run('train', NETWORK, *ON_CPU, *args)['dla34-conv-small']
    assert list(found) == ['float32', 'loss-guard']
    for option, one in found.items():
        assert one['samples'] == pytest.approx(2 / one['seconds'][0])
        assert f'| {option} ' in page.read_text()


@pytest.fixture
def options(run, make_config, street):
    """Run the command on a sequence; gives the rows of its table."""

    def options(*variants):
        args = ['--input', street / 'mot' / 'b', '--frames', '3']
        return run('options', make_config(), *args, '--variants', *variants)

    return options


def test_options_that_change_nothing(options):
    """Layout and fusion find what the network finds as it is, and the same tracks."""
    names = ['channels-last', 'fuse-conv-bn+contiguous']
    plain, *others = options(*names)
    assert plain['variant'] == 'contiguous'
    assert int(plain['tracks']) > 3
    for row, name in zip(others, names, strict=True):
        assert row['variant'] == name
        assert row['compared'] > 20
        assert row['lost'] == 0
        assert 0 < row['box px'] < 1e-2
        assert row['1 - cosine'] < 1e-4
        assert row['tracks'] == 'equal'


def test_options_that_change_something(options):
    """Random networks magnify what bfloat16 rounds; what is refused has a row too."""
    _, low, refused = options('bfloat16', 'cuda-graphs')
    assert low['box px'] > 1e-3
    assert refused['tracks'] == 'refused'
    assert refused['compared'] is None


def test_soak(run, pattern_video, tmp_path, slow_down):
    """Six frames make twelve; a leak and a slow tracker show at every mark."""
    leak = []
    slow_down(20, lambda: leak.append(np.ones(3 * 10**6)))
    args = ['--frames', '12', '--every', '6', '--out-dir', tmp_path / 'out']
    video = ['--input', pattern_video]
    early, late, end = run('soak', NETWORK, *video, *ON_CPU, *args)
    assert [early['frames'], late['frames'], end['frames']] == [6, 12, 'files written']
    assert late['memory MB'] - early['memory MB'] > 0.9 * 6 * 24
    assert min(early['ms a frame'], late['ms a frame']) >= 20
    with av.open(str(tmp_path / 'out' / 'loop' / 'loop.mp4')) as container:
        assert container.streams.video[0].frames == 12


def test_classifier(run):
    """Every variant is measured; what stays is counted in full and by halves."""
    args = ['--identities', '20000', '--people', '8', '--steps', '1']
    rows = run('classifier', *args)
    assert [row['classifier'] for row in rows] == [
        'nn.Linear, Adam',
        'all, Adam',
        '0.1 sampled, Adam',
        '0.1 sampled, RowAdam',
        'all, 2 shards, Adam',
        '0.1 sampled, 2 shards, RowAdam',
    ]
    whole = 3 * 4 * 20000 * 129 / 1e6  # weights and two moments
    for row in rows:
        part = 2 if 'shards' in row['classifier'] else 1
        assert row['kept MB'] == pytest.approx(whole / part, abs=1e-3)
        assert row['peak MB'] > row['kept MB']


@pytest.fixture
def in_this_process(monkeypatch):
    """Measure trackers here, with marks that are soon reached."""
    monkeypatch.setattr(
        tracker_command,
        'call_in_processes',
        lambda function, arguments: [function(*each) for each in arguments],
    )
    monkeypatch.setattr(tracker_command, 'WARM_UP', 5)
    monkeypatch.setattr(tracker_command, 'FIRST_MARK', 100)
    monkeypatch.setattr(tracker_command, 'BLOCK', 50)


def test_tracker(run, in_this_process):
    """Times of ours and of ByteTracker by people, and both marks of a video."""
    args = ['--people', '3', '9', '--frames', '5', '--long-people', '2']
    found = run('tracker', *args, '--long-frames', '200')
    few, more = found['by_people']
    assert (few['people'], more['people']) == (3, 9)
    assert few['state KB'] < more['state KB']
    for row in (few, more):
        ratio = row['ByteTracker median ms'] / row['median ms']
        assert row['ratio'] == pytest.approx(ratio)
    length = found['by_length']
    assert length['marks'] == [100, 200]
    assert [row['frame'] for row in length['rows']] == [50, 100, 150, 200]
    ids = [row['newest identity'] for row in length['rows']]
    assert ids == sorted(ids)
    assert ids[0] < ids[-1]


def test_slow_tracker(run, in_this_process, slow_down):
    """Our tracker is made slow, and ByteTracker is not."""
    slow_down(30)
    args = ['--people', '3', '--frames', '5', '--long-people', '2']
    (row,) = run('tracker', *args, '--long-frames', '0')['by_people']
    assert row['median ms'] >= 30 > row['ByteTracker median ms']


def test_tracker_in_its_own_process(run, tmp_path):
    """Another tracker is measured by config; a mistake in it is told in a line."""
    config = tmp_path / 'c.py'
    args = ['tracker', '--config', config, '--people', '3', '--long-frames', '0']
    config.write_text("model = dict(tracker=dict(type='JDETracker', track_bufer=3))")
    with pytest.raises(SystemExit, match=r'^error: .*track_bufer'):
        run(*args)
    config.write_text('model = dict()')
    with pytest.raises(SystemExit, match=r'^error: .*has no model\.tracker'):
        run(*args)


@pytest.mark.parametrize(
    ('command', 'message'),
    [
        ('track NETWORK --compare fast', "there is no variant 'fast'"),
        ('track NETWORK --compare pytorch --reference mmcv', '--reference mmcv is not'),
        ('track NETWORK --write nowhere.md#speed', 'cannot read nowhere.md'),
        ('track NETWORK --input-size 100 64', 'must be multiples of 32'),
        ('soak NETWORK --frames 10 --every 6', '--every 6: it must be'),
    ],
)
def test_mistakes(load_main, pattern_video, command, message):
    """What cannot work is told in a line before anything runs."""
    words = command.replace('NETWORK', f'{NETWORK} --input {pattern_video}').split()
    if '--input-size' not in words:
        words += SIZE
    with pytest.raises(SystemExit, match=message):
        load_main('benchmark')(words)


def test_streams(run, pattern_video, page):
    """Frames a second of all videos by variant, and the time of each step."""
    args = ['--input', pattern_video, '--streams', '2', '--height', '64']
    args += ['--frames', '1', '--warmup', '1', '--rounds', '1']
    names = ['pytorch+batch-1', 'pytorch+batch-2']
    found = run('streams', NETWORK, *ON_CPU, *args, '--compare', *names)
    assert list(found) == names
    for one in found.values():
        assert one['frames'] == 2
        assert one['fps'] == pytest.approx(2 / one['seconds'][0])
        assert {'decode', 'network', 'association'} <= set(one['steps'])
    assert '2 videos of 64 lines' in page.read_text()


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (['--streams', '1'], '--streams 1: it must be 2 or more'),
        (['--frames', '90'], r'has 6 frames, and 95 are needed'),
        (['--compare', 'pytorch+no-threads'], 'not for several videos'),
    ],
)
def test_streams_that_cannot_be_measured(load_main, pattern_video, options, message):
    """It is said before anything is measured."""
    args = ['--input', pattern_video, '--streams', '2', *ON_CPU, *options]
    with pytest.raises(SystemExit, match=message):
        load_main('benchmark')(['streams', NETWORK, *args])


@pytest.mark.slow
def test_load(run, pattern_video, page, monkeypatch):
    """Each way of waiting has a row, idle and beside a busy process; training too.

    Slow: four interpreters import torch, which reads the way of waiting then.
    """
    monkeypatch.setenv('OMP_NUM_THREADS', '1')
    args = ['--input', pattern_video, '--compare', 'pytorch', '--busy', '1']
    args += ['--steps', '1', '--batch-size', '1', *FEW]
    rows = run('load', NETWORK, *ON_CPU, *args)
    assert [(row['variant'], row['idle threads']) for row in rows] == [
        (name, waits)
        for name in ('pytorch', 'training step')
        for waits in ('spin', 'sleep')
    ]
    assert '1 busy processes' in page.read_text()


def test_frames(run, pattern_video, page):
    """Ways of reading, and presets of the encoder with size and quality."""
    args = ['--input', pattern_video, '--input-size', '64', '32', '--rounds', '1']
    found = run('frames', *args, '--presets', 'ultrafast', 'medium', '--frames', '4')
    assert {'all pixels, Letterbox', 'FastLetterbox'} < set(found['reading'])
    assert set(found['writing']) == {'ultrafast', 'medium'}
    for preset in found['writing']:
        assert found[preset]['PSNR, dB'] > 25
        assert found[preset]['KB a frame'] > 0
    text = page.read_text()
    for word in ('FastLetterbox', 'medium', 'PSNR', 'PyTorch'):
        assert word in text


def test_frames_of_a_wrong_preset(load_main, pattern_video):
    """It is refused in one line that names the presets."""
    with pytest.raises(SystemExit, match="preset must be 'ultrafast' or"):
        load_main('benchmark')(['frames', '--input', pattern_video, '--presets', 'x'])
