"""`fairmot track` on live streams, with a stand-in for the network."""

import itertools
import json
import re
import threading
import time
import urllib.request

import av
import pytest
import torch
from mmdet.structures import DetDataSample, TrackDataSample
from mmengine.config import ConfigDict
from mmengine.structures import InstanceData

from fairmot_mm.apis import ensure_model
from fairmot_mm.commands import track as command
from fairmot_mm.models.trackers.jde_tracker import JDETracker
from fairmot_mm.utils import read_mot
from fairmot_mm.video.live_channel import LiveChannel


class PackOneFrame:
    """Last transform of a test pipeline."""

    def __call__(self, results):
        keys = ('frame_id', 'frame_rate', 'exact_frame_rate', 'timestamp', 'ori_shape')
        clip = TrackDataSample()
        clip.video_data_samples = [
            DetDataSample(metainfo={key: results[key] for key in keys})
        ]
        return dict(inputs=torch.zeros(1, 3, 8, 8), data_samples=clip)


class OneBoxModel:
    """Stands in for FairMOT: one detection that stays, and a real tracker."""

    cfg = ConfigDict(test_pipeline=[dict(type=PackOneFrame)])
    dataset_meta = ConfigDict(classes=('pedestrian',))
    best_batch_size = 1

    def __init__(self):
        self.tracker = JDETracker()
        self.detector = torch.nn.Linear(2, 2)

    def detect(self, data):
        for clip in data['data_samples']:
            clip[0].pred_instances = InstanceData(
                bboxes=torch.tensor([[5.0, 5.0, 25.0, 45.0]]),
                scores=torch.tensor([0.9]),
                labels=torch.tensor([0]),
                embeds=torch.eye(1, 8),
            )
        return data

    def associate(self, inputs, data_samples, trackers=None):
        for clip, tracker in zip(data_samples, trackers, strict=True):
            clip[0].pred_track_instances = tracker.track(clip[0])
        return data_samples


@pytest.fixture
def track(monkeypatch, tmp_path, capsys):
    """Run the command; gives its exit status, its message and its output."""
    monkeypatch.setattr(command.signal, 'signal', lambda *_: None)
    monkeypatch.chdir(tmp_path)
    model = OneBoxModel()
    monkeypatch.setattr(ensure_model, 'init_model', lambda *_: model)
    (tmp_path / 'c.py').touch()
    torch.save({}, tmp_path / 'w.pth')

    def run(*args):
        words = ['track.py', 'c.py', 'w.pth', *map(str, args)]
        monkeypatch.setattr('sys.argv', words)
        status = None
        try:
            command.main()
        except SystemExit as end:
            status = end.code
        printed = capsys.readouterr()
        return status, printed.out + printed.err

    return run


def only_file(folder, ending):
    (path,) = folder.glob(f'*{ending}')
    return path


def test_the_video_takes_as_long_as_the_stream(track, mjpeg_camera, tmp_path):
    """Ten frames a second for two seconds are two seconds, and no 25 a second."""
    camera = mjpeg_camera(frame_rate=10, num_frames=20)
    status, printed = track(camera.url, '--out', 'out')
    assert re.search('error: .*the connection broke off.*kept', str(status))
    assert 'geheim' not in f'{status}{printed}'
    with av.open(str(only_file(tmp_path / 'out', '.mp4'))) as container:
        times = [frame.time for frame in container.decode(video=0)]
    assert len(times) >= 8
    assert times[-1] - times[0] == pytest.approx(1.8, abs=0.25)
    text = only_file(tmp_path / 'out', '.txt')
    assert 'geheim' not in text.name
    assert len(set(read_mot(text).ids)) == 1


def test_a_frozen_stream_ends_in_time(track, mjpeg_camera):
    """The message says for how long nothing came."""
    camera = mjpeg_camera()
    threading.Timer(1, camera.frozen.set).start()
    status, _ = track(camera.url, '--timeout', '0.7s', '--no-video')
    assert re.search(r'error: .*has delivered nothing for 0\.7 seconds', status)


def test_a_stream_that_comes_back(track, mjpeg_camera, tmp_path):
    """One text, one identity, and the time of the break in the mp4."""
    first = mjpeg_camera(num_frames=20)

    def come_back():
        first.kill()
        time.sleep(0.8)
        second = mjpeg_camera(port=first.port)
        time.sleep(1.5)
        second.kill()

    threading.Timer(1.2, come_back).start()
    with pytest.warns(UserWarning, match='next attempt in') as warned:
        status, _ = track(first.url, '--out', 'out', '--reconnect', '2s')
    assert 'did not come back within 2 seconds' in status
    messages = [str(each.message) for each in warned]
    assert sum('next attempt in' in message for message in messages) >= 2
    assert 'geheim' not in f'{status}{messages}'
    rows = read_mot(only_file(tmp_path / 'out', '.txt'))
    assert set(rows.ids) == {1}
    assert len(rows.frames) > 15
    with av.open(str(only_file(tmp_path / 'out', '.mp4'))) as container:
        times = [frame.time for frame in container.decode(video=0)]
    assert max(b - a for a, b in itertools.pairwise(times)) > 0.4


def test_segments(track, mjpeg_camera, tmp_path):
    """Files are rotated while the stream runs."""
    camera = mjpeg_camera(num_frames=30)
    _, printed = track(camera.url, '--out', 'out', '--segment', '0.5s')
    texts = sorted((tmp_path / 'out').glob('*.txt'))
    assert len(texts) >= 3
    assert printed.count('frames are in') >= 3
    numbers = [n for text in texts for n in read_mot(text).frames.tolist()]
    assert numbers == sorted(set(numbers))


def test_a_page_while_it_runs(track, mjpeg_camera, monkeypatch):
    """The address is printed; the page has the numbers of the run."""
    camera = mjpeg_camera(num_frames=60)
    answers, addresses = [], []
    monkeypatch.setattr('builtins.print', lambda *a, **_: addresses.append(str(a[0])))

    def look():
        for _ in range(100):
            time.sleep(0.1)
            with_page = [a for a in addresses if 'http://127' in a]
            if with_page:
                address = with_page[0].split()[-1]
                with urllib.request.urlopen(f'{address}status', timeout=5) as answer:
                    if status := json.load(answer):
                        answers.extend(status)
                        return

    looking = threading.Thread(target=look)
    looking.start()
    track(camera.url, '--no-video', '--serve', '0')
    looking.join()
    assert answers[0]['people'] == 1
    assert answers[0]['delay'] < 5


def test_counts_of_a_run_in_segments(track, mjpeg_camera, tmp_path):
    """The summary is that of the run; the page shows a line without a crossing, too."""
    pytest.importorskip('supervision')
    camera = mjpeg_camera(num_frames=20)
    _, printed = track(
        *(camera.url, '--out', 'out', '--segment', '0.5s', '--no-video'),
        *('--zone', '0,0,40,0,40,47,0,47', '--format', 'csv'),
    )
    assert printed.count('zone-1 pedestrian: 0 in, 0 out, 1 inside') == 1
    assert 'events are in' in printed
    sums = sorted((tmp_path / 'out').glob('*.counts.csv'))
    assert len(sums) >= 2
    assert {path.read_text().splitlines()[1] for path in sums} == {
        'zone-1,pedestrian,0,0,1'
    }


def test_blurred_on_the_page_alone(track, mjpeg_camera, monkeypatch):
    """Privacy and trails hold for the page, also where no picture is written."""
    seen = []
    monkeypatch.setattr(
        'fairmot_mm.video.live_view.LiveChannel',
        lambda name, look, blur: (
            seen.append((blur, look.trail_length)) or LiveChannel(name, look, blur)
        ),
    )
    camera = mjpeg_camera(num_frames=10)
    options = ['--no-video', '--serve', '0', '--blur', 'faces', '--show-trails', '30']
    status, _ = track(camera.url, '--out', 'out', *options)
    assert 'the connection broke off' in status
    assert seen == [('faces', 30)]


def test_a_service_that_restarts(track, mjpeg_camera, tmp_path):
    """The second run keeps the identity and the numbers of the first."""
    options = ['--no-video', '--save-state', 'door.state', '--load-state', 'door.state']
    for part, said in (('a', True), ('b', False)):
        camera = mjpeg_camera(num_frames=10)
        _, printed = track(camera.url, '--out', part, *options)
        assert ('begins with no tracks' in printed) == said
    first, second = (read_mot(only_file(tmp_path / part, '.txt')) for part in 'ab')
    assert set(first.ids) == set(second.ids) == {1}
    assert second.frames.min() == first.frames.max() + 1


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (['--serve', 'here'], 'HOST:PORT'),
        (['--load-state', 'none.state'], 'none.state does not exist'),
        (['--reconnect', '5s'], 'reconnect = 5 would have no effect'),
        (['--timeout', '5s'], 'timeout = 5 would have no effect'),
        (['clip.mp4', '--save-state', 'a'], 'are for one input'),
    ],
)
def test_options_that_cannot_be(track, video, options, message):
    """One line, and no file."""
    status, _ = track(video, *options)
    assert re.search(f'error: .*{message}', status)
    assert not (video.parent / 'outputs').exists()
