"""Several trackers on the same noisy detections, in one table."""

import sys
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from fairmot_mm.actions import compare_trackers
from fairmot_mm.actions.boxmot_tracker import FrameEmbeds
from fairmot_mm.actions.peer_tracker import PackageMissingError
from fairmot_mm.actions.pilot import TimedTracker, build_tracker
from fairmot_mm.apis import load_config
from fairmot_mm.evaluation import load_all_detections, save_detections
from fairmot_mm.synthetic import DetectionNoise, noisy_detections
from fairmot_mm.utils import ConfigError, DataError
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
    assert [cell.strip() for cell in cells['ours'][:3]] == ['100.00 ± 0.00'] * 3
    assert [float(cell) for cell in cells['ours'][3:6]] == [0, 0, 0]
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
    cells = [cell.strip() for cell in last.split('|')[2:5]]
    assert cells == ['62.00 ± 15.56', '0.00 ± 0.00', '62.00 ± 0.00']
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


BOXMOT = dict(type='fairmot_mm.actions.boxmot_tracker.BoxMOTTracker', peer_thr=0.6)
ROBOFLOW = dict(
    type='fairmot_mm.actions.roboflow_tracker.RoboflowTracker', peer_thr=0.6
)


class FakeBotSort:
    """Takes each detection for a person of its own, numbered from the left."""

    def __init__(self, reid_model, device, track_buffer=30):
        self.reid_model, self.track_buffer = reid_model, track_buffer
        self.seen, self.asked = [], []

    def update(self, detections, image):
        assert image.shape == (60, 80, 3)
        self.seen.append(detections)
        self.asked.append(self.reid_model.get_features(detections[::-1, :4], image))
        order = detections[:, 0].argsort()
        ids = 1 + np.arange(len(detections))
        boxes, scores = detections[order, :4], detections[order, 4]
        return np.column_stack([boxes, ids, scores, scores, scores])


class FakeDetections(SimpleNamespace):
    def __len__(self):
        return len(self.xyxy)


class FakeSORT:
    """Leaves the last detection of a frame without an identity."""

    def update(self, detections, frame):
        assert frame is None
        ids = np.arange(len(detections))
        ids[-1:] = -1
        detections.tracker_id = ids
        return detections


@pytest.fixture
def boxmot(monkeypatch):
    monkeypatch.setitem(sys.modules, 'boxmot', SimpleNamespace(BotSort=FakeBotSort))


@pytest.fixture
def roboflow(monkeypatch):
    library = SimpleNamespace(Detections=FakeDetections)
    monkeypatch.setitem(sys.modules, 'supervision', library)
    monkeypatch.setitem(sys.modules, 'trackers', SimpleNamespace(SORT=FakeSORT))


@pytest.fixture
def not_installed(monkeypatch):
    """Whatever this machine has, these libraries cannot be imported."""
    for package in ('boxmot', 'trackers', 'supervision'):
        monkeypatch.setitem(sys.modules, package, None)


@pytest.fixture
def detections(sequence, tmp_path):
    """Exact detections of the two people, in a file."""
    clean = DetectionNoise(miss_rate=0.0, ghost_rate=0.0, jitter=0.0)
    folder = tmp_path / 'dets'
    folder.mkdir()
    found = noisy_detections(sequence, 0, clean)
    save_detections(folder / 'STREET.npz', found, 'clean')
    return folder


def cells_of(printed, title):
    """Cells of the table under a title, by name of the tracker."""
    part = printed.split(f'### {title}\n')[1].split('###')[0]
    table = [line.split('|')[1:-1] for line in part.splitlines() if line[:2] == '| ']
    return {name.strip(): [cell.strip() for cell in row] for name, *row in table}


def test_files_of_detections(main, detections, config, capsys):
    """One table for the sequence and one for all together, with the time of each."""
    main([str(config), '--detections', str(detections)])
    printed = capsys.readouterr().out
    for title in ('STREET', 'together'):
        cells = cells_of(printed, title)
        assert cells['tracker'][-1] == 'ms a frame'
        assert cells['ours'][:6] == ['100.0', '100.0', '100.0', '0', '0', '0']
        assert cells['blind'][5] == '24'
        assert float(cells['ours'][6]) > 0


@pytest.mark.parametrize(
    ('extra', 'message'),
    [
        (['--seeds', '2'], 'leave out the sequences, --noise and --seeds'),
        (['--noise', 'jitter=0'], 'leave out the sequences, --noise and --seeds'),
        (['.'], 'leave out the sequences, --noise and --seeds'),
    ],
)
def test_detections_are_scored_as_they_are(main, detections, config, extra, message):
    """What changes noisy ground truth would have no effect."""
    with pytest.raises(SystemExit, match=message):
        main([str(config), *extra, '--detections', str(detections)])


def test_detections_need_trackers(main, detections, tmp_path):
    """A file of comparisons names its own sequences."""
    path = tmp_path / 'tables.py'
    path.write_text("comparisons = [dict(title='a')]")
    with pytest.raises(SystemExit, match='has no `trackers`'):
        main([str(path), '--detections', str(detections)])


@pytest.mark.parametrize('from_files', [True, False])
def test_a_missing_library_is_one_line(
    main, sequence, detections, tmp_path, not_installed, from_files, capsys
):
    """Its trackers are left out by name, and the others are compared."""
    path = tmp_path / 'peers.py'
    path.write_text(
        "trackers = {'ours': dict(type='JDETracker'),\n"
        f"  'Bot': dict({BOXMOT}, name='BotSort'), 'S': dict({ROBOFLOW}, name='S')}}"
    )
    source = ['--detections', str(detections)] if from_files else [str(sequence)]
    main([str(path), *source])
    lines = capsys.readouterr().out.splitlines()
    assert 'Bot is left out: boxmot is not installed' in lines
    assert 'S is left out: trackers is not installed' in lines
    assert any(line.startswith('| ours') for line in lines)
    assert not any(line.startswith(('| Bot', '| S')) for line in lines)


def test_nothing_is_left(main, detections, tmp_path, not_installed):
    """Without any of the libraries there is no empty table."""
    path = tmp_path / 'peers.py'
    path.write_text(f"trackers = {{'Bot': dict({BOXMOT}, name='BotSort')}}")
    with pytest.raises(SystemExit, match='no tracker is left: install one'):
        main([str(path), '--detections', str(detections)])


def test_boxmot_gets_our_detections(boxmot, detections):
    """Scores in its scale, the embeddings of the boxes it asks for, and the frame."""
    (sequence,) = load_all_detections(detections)
    tracker = build_tracker(dict(BOXMOT, name='BotSort', track_buffer=7))
    assert isinstance(tracker, TimedTracker)
    sample = sequence.sample(0)
    sample.pred_instances.scores[:] = sample.pred_instances.scores.new([0.35, 0.175])
    tracks = tracker.track(sample)
    assert tracker.peer.track_buffer == 7
    np.testing.assert_allclose(tracker.peer.seen[0][:, 4], [0.6, 0.3])
    embeds = sample.pred_instances.embeds.numpy()
    np.testing.assert_array_equal(tracker.peer.asked[0], embeds[::-1])
    boxes = sample.pred_instances.bboxes
    order = boxes[:, 0].argsort()
    np.testing.assert_allclose(tracks.bboxes, boxes[order])
    assert tracks.instances_id.tolist() == [1, 2]
    np.testing.assert_allclose(tracks.scores, np.array([0.6, 0.3])[order])


def test_weak_detections_can_be_kept_back(boxmot, detections):
    """A tracker with one threshold does not get what is below it."""
    (sequence,) = load_all_detections(detections)
    tracker = build_tracker(dict(BOXMOT, name='BotSort', weak=False))
    sample = sequence.sample(0)
    sample.pred_instances.scores[:] = sample.pred_instances.scores.new([0.36, 0.35])
    assert len(tracker.track(sample)) == 1


def test_a_video_without_detections(boxmot, detections):
    """The frame has no tracks, and a new video has a new tracker."""
    (sequence,) = load_all_detections(detections)
    tracker = build_tracker(dict(BOXMOT, name='BotSort'))
    first = tracker.peer
    sample = sequence.sample(0)
    sample.pred_instances = sample.pred_instances[:0]
    assert len(tracker.track(sample)) == 0
    assert tracker.peer is not first


def test_boxes_without_embeddings_asked():
    """No box, no embedding, whatever the frame holds."""
    source = FrameEmbeds()
    source.boxes, source.embeds = np.zeros((2, 4)), np.eye(2, 8)
    assert source.get_features(np.zeros((0, 4)), None).shape == (0, 8)


def test_roboflow_shows_confirmed_tracks(roboflow, detections):
    """A detection without an identity is not among the tracks."""
    (sequence,) = load_all_detections(detections)
    tracks = build_tracker(dict(ROBOFLOW, name='SORT')).track(sequence.sample(0))
    assert tracks.instances_id.tolist() == [0]
    found = sequence.sample(0).pred_instances
    np.testing.assert_allclose(tracks.bboxes, found.bboxes[:1])


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (dict(name='Nobody'), 'boxmot has no Nobody'),
        (dict(name='BotSort', peer_thr=0), 'peer_thr=0 must be above 0'),
        (dict(name='BotSort', obj_score_thr=2), 'obj_score_thr=2 must be'),
        (dict(name='BotSort', detect_every=2), 'BoxMOTTracker cannot coast'),
    ],
)
def test_mistakes_about_a_peer(boxmot, options, message):
    """A class that does not exist, and thresholds that are no scores."""
    with pytest.raises(ConfigError, match=message):
        build_tracker({**BOXMOT, **options})


def test_a_peer_needs_the_frames(boxmot, detections):
    """Detections without image files are refused."""
    (sequence,) = load_all_detections(detections)
    tracker = build_tracker(dict(BOXMOT, name='BotSort'))
    sample = sequence.sample(0)
    del sample.img_path
    with pytest.raises(DataError, match='boxmot needs the image file of every frame'):
        tracker.track(sample)


@pytest.mark.parametrize('name', ['peers', 'peers_noise', 'likelihood_parts'])
def test_shipped_inputs_can_be_built(name, not_installed):
    """Each of our own trackers in the files of the project is valid."""
    register_all_modules()
    config = load_config(f'tools/analysis_tools/inputs/{name}.py')
    tables = [
        config.trackers,
        *(each.trackers for each in config.get('comparisons', [])),
    ]
    for cfg in (cfg for trackers in tables for cfg in trackers.values()):
        if str(cfg.type).startswith('fairmot_mm.actions.'):
            with pytest.raises(PackageMissingError):
                build_tracker(cfg)
        else:
            build_tracker(cfg)
