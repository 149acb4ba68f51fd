import json
import shutil
from types import SimpleNamespace

import av
import numpy as np
import pytest
import torch
from mmdet.structures import DetDataSample, TrackDataSample
from mmengine.config import ConfigDict
from mmengine.structures import InstanceData

from fairmot_mm.apis import ensure_model
from fairmot_mm.commands import track as command
from fairmot_mm.evaluation import OVERALL, SequenceTracks, evaluate_sequences
from fairmot_mm.synthetic import SyntheticScene, write_sequence
from fairmot_mm.utils import ConfigError, read_mot, step
from fairmot_mm.video.frame_source import open_source
from fairmot_mm.video.video_writer import VideoWriter


class PackOneFrame:
    """Last transform of a test pipeline; of the frame it keeps the number only."""

    def __call__(self, results):
        clip = TrackDataSample()
        clip.video_data_samples = [
            DetDataSample(metainfo={'frame_id': results['frame_id']})
        ]
        return dict(inputs=torch.zeros(1), data_samples=clip)


class OneBoxModel:
    """Stands in for FairMOT: one box that stays; interrupts itself at a frame."""

    cfg = ConfigDict(test_pipeline=[dict(type=PackOneFrame)])
    dataset_meta = ConfigDict(classes=('pedestrian',))
    tracker = 'a tracker'
    best_batch_size = 1
    interrupt_at = -1

    def detect(self, data):
        for clip in data['data_samples']:
            if clip[0].frame_id == self.interrupt_at:
                with step('network'):
                    raise KeyboardInterrupt
        return data

    def associate(self, inputs, data_samples, trackers=None):
        assert trackers in (None, ['a tracker'] * len(inputs))
        for clip in data_samples:
            clip[0].pred_track_instances = InstanceData(
                bboxes=torch.tensor([[5.0, 5.0, 25.0, 45.0]]),
                instances_id=torch.tensor([1]),
            )
        return data_samples


@pytest.fixture
def video(tmp_path):
    writer = VideoWriter(tmp_path / 'clip.mp4', 25)
    for _ in range(6):
        writer.write(np.full((48, 64, 3), 90, np.uint8))
    writer.close()
    return tmp_path / 'clip.mp4'


@pytest.fixture
def track(monkeypatch):
    """Run the tool as the command line does; SIGTERM keeps its handler."""
    monkeypatch.setattr(command.signal, 'signal', lambda *_: None)

    def run(*args):
        monkeypatch.setattr('sys.argv', ['track.py', *map(str, args)])
        command.main()

    return run


@pytest.fixture
def run(track, monkeypatch, tmp_path):
    """Run the tool on a stand-in model; gives what was passed to init_model."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'c.py').touch()
    torch.save({}, tmp_path / 'w.pth')
    passed = []

    def init_model(*args):
        passed.extend(args)
        return OneBoxModel()

    monkeypatch.setattr(ensure_model, 'init_model', init_model)

    def run_tool(*args):
        track(*args)
        return passed

    return run_tool


def test_a_real_model_on_a_video(track, tmp_path, capsys):
    """The light model finds and follows the people of a rendered street."""
    scene = SyntheticScene(seed=6, num_frames=12)
    street = write_sequence(tmp_path / 'street', scene)
    writer = VideoWriter(tmp_path / 'street.mp4', 25)
    for frame in open_source(street).frames:
        writer.write(frame.image)
    writer.close()
    out = tmp_path / 'out'
    options = ['--model', 'fairmot_yolov5s_lite', '--device', 'cpu', '--out', out]
    track(*options, tmp_path / 'street.mp4')
    assert '12 frames are in' in capsys.readouterr().out
    tracks = read_mot(out / 'street.txt')
    truth = read_mot(street / 'gt' / 'gt.txt')
    scores = evaluate_sequences([SequenceTracks('street', truth, tracks, 12)])[OVERALL]
    assert scores['MOTA'] > 0.65
    assert scores['IDF1'] > 0.75
    with av.open(str(out / 'street.mp4')) as container:
        shown = [
            frame.to_ndarray(format='bgr24') for frame in container.decode(video=0)
        ]
    assert [image.shape for image in shown] == [(352, 640, 3)] * 12
    for image, frame in zip(shown, open_source(street).frames, strict=True):
        assert np.abs(image - frame.image.astype(int)).max() > 100  # boxes are drawn


def test_track_a_video(run, video, tmp_path, capsys):
    """Options reach the model; the files are written and named."""
    options = ['--device', 'cpu', '--cfg-options', 'model.tracker.track_buffer=60']
    passed = run('c.py', 'w.pth', video, '--out', tmp_path / 'out', *options)
    assert passed == ['c.py', 'w.pth', 'cpu', {'model.tracker.track_buffer': 60}]
    assert len((tmp_path / 'out' / 'clip.txt').read_text().splitlines()) == 6
    with av.open(str(tmp_path / 'out' / 'clip.mp4')) as container:
        assert container.streams.video[0].frames == 6
    assert '6 frames are in' in capsys.readouterr().out


def test_ways_to_name_a_model(run, video, tmp_path, monkeypatch, capsys):
    """By options or before the inputs; what is half of both ways is refused."""
    out = ['--out', tmp_path / 'out', '--no-video']
    passed = run(video, '--model', 'c.py', '--weights', 'w.pth', *out)
    assert passed == ['c.py', 'w.pth', None, None]
    passed.clear()
    again = [*out, '--overwrite']
    assert run('--model', 'fairmot_dla34', video, *again)[:2] == ['fairmot_dla34', None]
    for wrong, message in (
        (['c.py', 'w.pth'], 'after a config come its weights and the inputs'),
        (['c.py', video, '--weights', 'w.pth'], 'name it with --model'),
    ):
        with pytest.raises(SystemExit, match='2'):
            run(*wrong, *out)
        assert message in capsys.readouterr().err
    monkeypatch.chdir(tmp_path)
    run('c.py', 'w.pth', video, '--no-video')
    assert (tmp_path / 'outputs' / 'clip.txt').is_file()


def test_default_model(run, video, tmp_path, monkeypatch):
    """Without a model it is the zoo's default; an error says where there is none."""
    default = SimpleNamespace(name='small', int8_weights=None)
    monkeypatch.setattr(ensure_model, 'default_model', lambda: default)
    assert run(video, '--out', tmp_path, '--no-video')[:2] == ['small', None]

    def no_default():
        raise ConfigError('no default')

    monkeypatch.setattr(ensure_model, 'default_model', no_default)
    with pytest.raises(SystemExit, match=r'^error: no default'):
        run(video, '--out', tmp_path / 'other', '--no-video')
    with pytest.raises(SystemExit, match=r'^error: weights w\.pth need a model'):
        run(video, '--weights', 'w.pth', '--out', tmp_path / 'other')


def test_skipping_frames(run, video, tmp_path, monkeypatch):
    """--detect-every reaches the model; all frames are in the results."""
    monkeypatch.setattr(OneBoxModel, 'detect_every', 1, raising=False)
    seen = []
    detect = OneBoxModel.detect
    monkeypatch.setattr(
        OneBoxModel,
        'detect',
        lambda self, data, *_: seen.append(self.detect_every) or detect(self, data),
    )
    options = ['--out', tmp_path / 'out', '--no-video', '--detect-every', '3']
    run('c.py', 'w.pth', video, *options)
    assert seen == [3] * 6
    assert len((tmp_path / 'out' / 'clip.txt').read_text().splitlines()) == 6


def test_no_video(run, video, tmp_path):
    """--no-video writes the text alone."""
    run('c.py', 'w.pth', video, '--out', tmp_path / 'out', '--no-video')
    assert [path.name for path in (tmp_path / 'out').iterdir()] == ['clip.txt']


def test_several_inputs(run, video, tmp_path, capsys):
    """Each has its own files; a missing one is told before any is tracked."""
    (tmp_path / 'b').mkdir()
    other = shutil.copy(video, tmp_path / 'b' / 'yard.mp4')
    out = tmp_path / 'out'
    run('c.py', 'w.pth', video, other, '--out', out, '--no-video')
    assert sorted(path.name for path in out.iterdir()) == ['clip.txt', 'yard.txt']
    assert all(len(path.read_text().splitlines()) == 6 for path in out.iterdir())
    assert capsys.readouterr().out.count('6 frames are in') == 2
    with pytest.raises(SystemExit, match=r'^error: .*nope\.mp4 does not exist'):
        run('c.py', 'w.pth', video, tmp_path / 'nope.mp4', '--out', tmp_path / 'no')
    assert not (tmp_path / 'no').exists()


def test_interrupt_says_what_was_kept(run, video, tmp_path, capsys, monkeypatch):
    """Ctrl-C in the fifth frame: status 130, four frames in the files."""
    monkeypatch.setattr(OneBoxModel, 'interrupt_at', 4)
    with pytest.raises(SystemExit) as ended:
        run('c.py', 'w.pth', video, '--out', tmp_path / 'out')
    assert ended.value.code == 130
    printed = capsys.readouterr()
    assert '4 frames are in' in printed.out
    assert printed.err.endswith('interrupted (step: network)\n')
    assert len((tmp_path / 'out' / 'clip.txt').read_text().splitlines()) == 4


def test_error_is_one_line(run, tmp_path):
    """A missing input ends with one line that names it."""
    with pytest.raises(SystemExit, match=r'^error: .*nope\.mp4 does not exist; give'):
        run('c.py', 'w.pth', tmp_path / 'nope.mp4', '--out', tmp_path)


def test_step_times(run, video, tmp_path):
    """--step-times writes the time of each step that ran, for a report.

    A file of an earlier run is kept.
    """
    times = tmp_path / 'times.json'
    options = ['--no-video', '--step-times', times]
    run('c.py', 'w.pth', video, '--out', tmp_path / 'one', *options)
    steps = json.loads(times.read_text())['variants']['track']['steps']
    assert {'decode', 'letterbox', 'encoding'} <= set(steps)
    assert 'drawing' not in steps
    assert steps['decode']['count'] == 6
    assert 0 < steps['decode']['median_ms'] <= steps['decode']['p95_ms']
    with pytest.raises(SystemExit, match=r'times\.json exists'):
        run('c.py', 'w.pth', video, '--out', tmp_path / 'two', *options)
    assert not (tmp_path / 'two').exists()
