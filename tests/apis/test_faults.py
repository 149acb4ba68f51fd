"""What a run leaves behind after a fault; docs/reference/faults.md is the table."""

import itertools
import subprocess
import threading
import time
import warnings
from contextlib import contextmanager, suppress
from fractions import Fraction
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import av
import numpy as np
import pytest

from fairmot_mm.apis.track_inferencer import TrackInferencer
from fairmot_mm.utils import (
    STEPS,
    OutputError,
    StepClock,
    VideoError,
    failed_step,
    read_mot,
)
from fairmot_mm.video.frame import Frame
from fairmot_mm.video.frame_source import FrameSource, open_source
from fairmot_mm.video.video_writer import VideoWriter


class FailsAt(StepClock):
    """Raises in a step, at an event of choice."""

    def __init__(self, step, event, error):
        super().__init__()
        self.step, self.left, self.error = step, event, error

    @contextmanager
    def measure(self, name, frames=1):
        if name == self.step:
            self.left -= 1
            if self.left == 0:
                raise self.error
        with super().measure(name, frames):
            yield


def frames_in(video):
    with av.open(str(video)) as container:
        return [frame.pts for frame in container.decode(video=0)]


def noise(count, height=120, width=160):
    """Frames that do not compress."""
    image = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    return (np.roll(image, 9 * k, 0) for k in range(count))


def frames_in_text(path):
    """Numbers of the frames in a text, each with its three people."""
    rows = read_mot(path)
    numbers = np.unique(rows.frames)
    assert len(rows) == 3 * len(numbers)
    return numbers.tolist()


@pytest.mark.parametrize('threads', [True, False])
@pytest.mark.parametrize('step', STEPS)
@pytest.mark.parametrize('error', [KeyboardInterrupt, RuntimeError])
def test_a_failure_in_any_step_ends_all(model, frames, tmp_path, error, step, threads):
    """The step is named, no thread is left, both files are whole and agree."""
    before = set(threading.enumerate())
    clock = FailsAt(step, 6, error)
    inferencer = TrackInferencer(model, threads=threads)
    seen = []
    results = map(seen.append, inferencer(itertools.cycle(frames), tmp_path))
    with clock.active(), pytest.raises(error) as failed:
        list(results)
    assert failed_step(failed.value) == step
    assert set(threading.enumerate()) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        'frames.mp4',
        'frames.txt',
    ]
    assert frames_in_text(tmp_path / 'frames.txt') == [1, 2, 3, 4, 5]
    assert len(frames_in(tmp_path / 'frames.mp4')) == 5
    assert [sample.frame_id for sample in seen][:5] == [0, 1, 2, 3, 4]


@pytest.fixture
def cut_off(tmp_path):
    """The first 60 % of the bytes of a recording of 90 frames."""

    def make(name, **options):
        path = tmp_path / name
        with av.open(str(path), 'w', options=options) as container:
            stream = container.add_stream('libx264', rate=25)
            stream.width, stream.height, stream.pix_fmt = 160, 120, 'yuv420p'
            stream.options = {'preset': 'ultrafast'}
            for image in noise(90):
                frame = av.VideoFrame.from_ndarray(image, format='bgr24')
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        data = path.read_bytes()
        path.write_bytes(data[: len(data) * 6 // 10])
        return path

    return make


@pytest.mark.parametrize('batch_size', [1, 8])
@pytest.mark.parametrize(
    ('name', 'options'),
    [('street.mp4', {'movflags': 'faststart'}), ('street.ts', {})],
)
def test_video_cut_off_in_the_middle(
    model, cut_off, tmp_path, name, options, batch_size
):
    """Frames up to the cut are tracked and kept; the end is an error or a warning."""
    results = TrackInferencer(model, batch_size=batch_size)(
        cut_off(name, **options), tmp_path / 'out'
    )
    seen = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter('always')
        error = None
        try:
            seen.extend(result.frame_id for result in results)
        except VideoError as raised:
            error = raised
    assert 30 < len(seen) < 80
    assert seen == list(range(len(seen)))
    assert len(frames_in(tmp_path / 'out' / 'street.mp4')) == len(seen)
    assert frames_in_text(tmp_path / 'out' / 'street.txt')[-1] == len(seen)
    if error is not None:
        assert failed_step(error) == 'decode'
        assert f'beyond frame {len(seen)}' in str(error)
    elif name.endswith('mp4'):  # a transport stream announces no length
        assert 'announces 90 frames' in str(caught[-1].message)


def test_video_cut_off_before_its_index(model, cut_off, tmp_path):
    """An mp4 whose index was still to be written cannot be read: told at once."""
    with pytest.raises(VideoError, match='is it a complete video'):
        TrackInferencer(model)(cut_off('phone.mp4'), tmp_path / 'out')


@pytest.fixture
def small_disk(tmp_path):
    """Makes a file system of a given number of kilobytes."""
    folder = tmp_path / 'disk'
    folder.mkdir()

    def mount(kilobytes):
        command = ['mount', '-t', 'tmpfs', '-o', f'size={kilobytes}k', 'tmpfs']
        with suppress(FileNotFoundError):
            done = subprocess.run([*command, str(folder)], capture_output=True)
            if done.returncode == 0:
                return folder
        pytest.skip('mounting a small file system is not permitted here')

    yield mount
    if folder.is_mount():
        subprocess.run(['umount', str(folder)], check=True)


@pytest.mark.parametrize('threads', [True, False])
def test_a_disk_that_fills(model, small_disk, threads):
    """Text and mp4 end where the disk was full, can be read, and nothing else is left.

    The mp4 may lack the last second, which was still being encoded.
    """
    folder = small_disk(500)
    results = TrackInferencer(model, threads=threads)(noise(400), folder)
    seen = []
    with pytest.raises(OutputError, match='No space left on device') as failed:
        seen.extend(result.frame_id for result in results)
    assert failed_step(failed.value) == 'encoding'
    assert 'is kept up to about a second before' in str(failed.value)
    assert sorted(path.name for path in folder.iterdir()) == [
        'frames.mp4',
        'frames.txt',
    ]
    numbers = frames_in_text(folder / 'frames.txt')
    assert numbers == list(range(1, len(numbers) + 1))
    shown = frames_in(folder / 'frames.mp4')
    assert 20 < len(shown) <= len(numbers) < 400
    assert len(shown) > len(numbers) - 120
    assert {file.path.name: file.num_frames for file in results.written} == {
        'frames.txt': len(numbers),
        'frames.mp4': len(shown),
    }


def test_a_disk_that_the_text_fills(model, small_disk):
    """The text ends with a whole frame."""
    folder = small_disk(8)
    (folder / 'other').write_bytes(bytes(3000))
    results = TrackInferencer(model)(noise(400), folder, save_video=False)
    with pytest.raises(OutputError, match=r'frames\.txt: No space .* are kept'):
        list(results)
    (text,) = results.written
    numbers = frames_in_text(folder / 'frames.txt')
    assert 10 < len(numbers) < 400
    assert numbers == list(range(1, text.num_frames + 1))


def test_no_room_for_one_index(small_disk, tmp_path):
    """A complete mp4 that fits once, not twice, is kept as it was written."""

    def write(path):
        writer = VideoWriter(path, 25)
        for image in noise(20):
            writer.write(image)
        writer.close()
        return path.stat().st_size

    folder = small_disk(write(tmp_path / 'out.mp4') * 3 // 2 // 1024)
    with pytest.warns(UserWarning, match='no room to give the mp4 one index'):
        write(folder / 'out.mp4')
    assert [path.name for path in folder.iterdir()] == ['out.mp4']
    assert len(frames_in(folder / 'out.mp4')) == 20


def camera(frames, pause, model, error=None):
    """A live source; frames follow the first once it has reached the network."""

    def deliver():
        for number, image in enumerate(frames):
            while number == 1 and not model.batch_sizes:
                time.sleep(0.001)
            time.sleep(pause)
            yield Frame(image, 'camera')
        if error is not None:
            raise error

    return FrameSource('camera', Fraction(25), None, deliver(), live=True)


def test_tracking_slower_than_a_camera(model, frames, tmp_path):
    """The newest frame is taken; numbers, text and times in the mp4 tell the gaps."""
    network = model.network
    model.network = lambda inputs: network(inputs) or time.sleep(0.05)
    results = TrackInferencer(model, batch_size=4)(
        camera(frames * 5, 0.01, model), tmp_path
    )
    with pytest.warns(UserWarning, match=r'camera: \d+ of \d+ frames were left out'):
        samples = list(results)
    ids = [sample.frame_id for sample in samples]
    assert ids[0] == 0
    assert 1 < len(ids) < 40
    assert ids[-1] == 59  # the last one waits until it is taken
    gaps = [after - before - 1 for before, after in itertools.pairwise(ids)]
    assert [sample.skipped for sample in samples[1:]] == gaps
    assert frames_in_text(tmp_path / 'camera.txt') == [number + 1 for number in ids]
    times = np.array(frames_in(tmp_path / 'camera.mp4'))
    assert (times / times[1] * ids[1]).tolist() == ids


def test_a_result_of_a_camera_waits_for_no_other_frame(model, frames):
    """It is there before the camera delivers the next frame."""
    given = threading.Event()

    def deliver():
        for image in frames[:3]:
            yield Frame(image, 'camera')
            assert given.wait(10)
            given.clear()

    source = FrameSource('camera', Fraction(25), None, deliver(), live=True)
    seen = []
    for sample in TrackInferencer(model, batch_size=4)(source):
        seen.append(sample.frame_id)
        given.set()
    assert seen == [0, 1, 2]


def test_a_file_waits_for_a_slow_reader(model, frames):
    """A caller that takes results slowly gets all of them; few frames wait for it."""
    drawn = []
    source = (drawn.append(k) or frames[k % 12] for k in range(60))
    for count, _ in enumerate(TrackInferencer(model, batch_size=2)(source)):
        time.sleep(0.002)
        assert len(drawn) <= count + 12
    assert len(drawn) == 60


@pytest.mark.filterwarnings('ignore:camera. .* were left out')
def test_a_camera_that_goes_away(model, frames, tmp_path):
    """The frames before are tracked and kept, then the error comes."""
    error = VideoError('camera stopped delivering')
    source = camera(frames, 0.01, model, error)
    seen = []
    results = map(seen.append, TrackInferencer(model)(source, tmp_path))
    with pytest.raises(VideoError, match='stopped delivering') as failed:
        list(results)
    assert failed_step(failed.value) == 'decode'
    numbers = [sample.frame_id + 1 for sample in seen]
    assert numbers[-1] == 12
    assert frames_in_text(tmp_path / 'camera.txt') == numbers
    assert len(frames_in(tmp_path / 'camera.mp4')) == len(numbers)


def test_a_camera_that_hangs_does_not_hold_up_the_end(model, frames, tmp_path):
    """Closing waits for no frame that may never come."""
    plugged_in = threading.Event()

    def deliver():
        yield Frame(frames[0], 'camera')
        plugged_in.wait(60)

    source = FrameSource('camera', Fraction(25), None, deliver(), live=True)
    results = TrackInferencer(model)(source, tmp_path)
    next(results)
    start = time.perf_counter()
    results.close()
    assert time.perf_counter() - start < 10
    plugged_in.set()
    assert frames_in_text(tmp_path / 'camera.txt') == [1]


@pytest.fixture
def stream():
    """Serves bytes at an address that does not say how many there are."""
    servers = []

    def serve(data):
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header('Content-Type', 'video/mp2t')
                self.end_headers()
                with suppress(ConnectionError):
                    self.wfile.write(data)

            def log_message(self, *_):
                pass

        server = ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f'http://127.0.0.1:{server.server_port}/gate.ts'

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.filterwarnings('ignore:.*gate. .* were left out')
def test_a_live_stream_that_is_damaged_and_breaks_off(model, cut_off, stream, tmp_path):
    """Only the frames of lost packets are missing; all others are tracked."""
    data = cut_off('sent.ts').read_bytes()
    middle = len(data) // 2 // 188 * 188
    data = data[:middle] + data[middle + 3 * 188 :]
    source = open_source(stream(data))
    assert source.live
    seen = []
    results = TrackInferencer(model)(source, tmp_path / 'out')
    with pytest.raises(VideoError, match='cannot be read beyond frame') as failed:
        seen.extend(sample.frame_id for sample in results)
    assert failed_step(failed.value) == 'decode'
    assert seen == sorted(seen)
    text = tmp_path / 'out' / f'{source.name}.txt'
    assert frames_in_text(text) == [k + 1 for k in seen]
