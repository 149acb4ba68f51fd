import gc
import itertools
import weakref
from fractions import Fraction

import av
import cv2
import numpy as np
import pytest
import torch
from mmengine.config import ConfigDict

from fairmot_mm.apis.track_inferencer import TrackInferencer
from fairmot_mm.synthetic import SyntheticScene
from fairmot_mm.utils import (
    STEPS,
    ConfigError,
    DataError,
    OutputError,
    StepClock,
    VideoError,
    read_mot,
)
from fairmot_mm.video.frame_source import open_source
from fairmot_mm.video.video_writer import VideoWriter


def count_frames(path):
    with av.open(str(path)) as container:
        return sum(1 for _ in container.decode(video=0))


def check_files(folder, name, count):
    """Both files are there, complete, and hold ``count`` frames; nothing else is."""
    assert sorted(path.name for path in folder.iterdir()) == [
        f'{name}.mp4',
        f'{name}.txt',
    ]
    assert count_frames(folder / f'{name}.mp4') == count
    rows = read_mot(folder / f'{name}.txt')
    assert rows.frames.tolist() == np.repeat(np.arange(1, count + 1), 3).tolist()


@pytest.mark.parametrize(
    ('batch_size', 'batches'), [(1, [1] * 12), (5, [5, 5, 2]), (64, [12])]
)
def test_one_result_a_frame(model, video, tmp_path, batch_size, batches):
    """Results, MOT file and mp4 agree for every batch size; tracks start once."""
    inferencer = TrackInferencer(model, batch_size=batch_size)
    results = list(inferencer(video, tmp_path / 'out'))
    assert [result.frame_id for result in results] == list(range(12))
    assert {result.frame_rate for result in results} == {25}
    assert {result.video_length for result in results} == {12}
    assert model.batch_sizes == batches
    assert model.num_resets == 1
    check_files(tmp_path / 'out', 'clip', 12)
    rows = read_mot(tmp_path / 'out' / 'clip.txt')
    boxes = results[4].pred_track_instances.bboxes.numpy()
    np.testing.assert_allclose(rows[rows.frames == 5].tlwh[:, :2], boxes[:, :2])


@pytest.mark.parametrize(
    ('chosen', 'threads', 'batches'),
    [(None, True, [4] * 3), (None, False, [1] * 12), (6, True, [6, 6])],
)
def test_batch_size_of_the_runtime(model, video, chosen, threads, batches):
    """By default the runtime of the network says it; without threads it is 1."""
    model.best_batch_size = 4
    inferencer = TrackInferencer(model, batch_size=chosen, threads=threads)
    assert len(list(inferencer(video))) == 12
    assert model.batch_sizes == batches


@pytest.mark.parametrize('pattern', ['', '/*.png'])
def test_frames_of_images_have_their_numbers(model, frames, tmp_path, pattern):
    """Folder and pattern: natural order, numbers of the files in samples and text."""
    numbers = [0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 20]
    (tmp_path / 'walk').mkdir()
    for number, frame in zip(numbers, frames, strict=True):
        cv2.imwrite(str(tmp_path / 'walk' / f'{number}.png'), frame)
    inferencer = TrackInferencer(model)
    results = list(inferencer(f'{tmp_path}/walk{pattern}', tmp_path / 'out'))
    assert [result.frame_id for result in results] == list(range(12))
    assert [result.frame_number for result in results] == numbers
    rows = read_mot(tmp_path / 'out' / 'walk.txt')
    assert np.unique(rows.frames).tolist() == numbers
    assert count_frames(tmp_path / 'out' / 'walk.mp4') == 12


def test_results_and_frames_belong_to_the_caller(model, frames, tmp_path):
    """Writing into results, or using one array for all frames, is harmless."""

    def reused_buffer():
        buffer = np.empty_like(frames[0])
        for frame in frames:
            buffer[:] = frame
            yield buffer

    for result in TrackInferencer(model, batch_size=3)(reused_buffer(), tmp_path):
        result.pred_track_instances.bboxes[:] = 0
    assert (read_mot(tmp_path / 'frames.txt').tlwh[:, 2:] > 0).all()
    capture = cv2.VideoCapture(str(tmp_path / 'frames.mp4'))
    levels = [capture.read()[1][46, :, 2].mean() for _ in frames]
    np.testing.assert_allclose(levels, [frame.mean() for frame in frames], atol=6)


def test_frames_reach_the_model_and_the_video_unchanged(model, frames, tmp_path):
    """The model sees the frame itself; the mp4 shows it with the boxes on it."""
    seen = []
    model.network = seen.extend
    list(TrackInferencer(model)(frames, tmp_path))
    for clip, frame in zip(seen, frames, strict=True):
        np.testing.assert_array_equal(clip[0].permute(1, 2, 0), frame)
    capture = cv2.VideoCapture(str(tmp_path / 'frames.mp4'))
    drawn = np.stack([capture.read()[1] for _ in frames])
    np.testing.assert_allclose(
        drawn[:, 46, 2].mean(1), [f.mean() for f in frames], atol=6
    )
    assert (np.abs(drawn - np.stack(frames).astype(int)).max((1, 2, 3)) > 60).all()


def test_rate_of_the_tracker_is_whole_and_of_the_video_exact(model, frames, tmp_path):
    """29.97 fps: the tracker reads 30 as published, the mp4 keeps 30000/1001."""
    inferencer = TrackInferencer(model)
    result = next(iter(inferencer(frames, tmp_path, frame_rate=30000 / 1001)))
    gc.collect()
    assert result.frame_rate == 30
    with av.open(str(tmp_path / 'frames.mp4')) as container:
        assert container.streams.video[0].average_rate == Fraction(30000, 1001)


def test_second_run_starts_afresh(model, frames):
    """The same inferencer tracks a second source from frame 0."""
    inferencer = TrackInferencer(model)
    for _ in range(2):
        assert [r.frame_id for r in inferencer(frames)] == list(range(12))
    assert model.num_resets == 2


def test_without_video_or_without_files(model, frames, tmp_path):
    """save_video=False writes the text alone; without a folder nothing is written."""
    list(TrackInferencer(model)(frames, tmp_path, save_video=False))
    list(TrackInferencer(model)(frames))
    assert [path.name for path in tmp_path.iterdir()] == ['frames.txt']


@pytest.mark.parametrize('batch_size', [1, 4])
def test_closing_early_finishes_the_files(model, frames, tmp_path, batch_size):
    """A caller that stops after 5 frames finds exactly 5 in both files."""
    results = TrackInferencer(model, batch_size=batch_size)(
        itertools.cycle(frames), tmp_path
    )
    assert len(list(itertools.islice(results, 5))) == 5
    assert not (tmp_path / 'frames.txt').exists()
    results.close()
    check_files(tmp_path, 'frames', 5)


def test_interrupt_finishes_the_files(model, frames, tmp_path):
    """Ctrl-C inside the network: the frames before it are kept and readable."""
    inner = model.network

    def interrupted(inputs):
        if len(model.batch_sizes) == 7:
            raise KeyboardInterrupt
        inner(inputs)

    model.network = interrupted
    with pytest.raises(KeyboardInterrupt):
        list(TrackInferencer(model)(frames, tmp_path))
    check_files(tmp_path, 'frames', 7)


@pytest.mark.parametrize('batch_size', [1, 5])
def test_damaged_image_keeps_the_frames_before(model, frames, tmp_path, batch_size):
    """Frame 8 cannot be read: frames 1 to 7 are tracked, written and complete."""
    folder = tmp_path / 'walk'
    folder.mkdir()
    for number, image in enumerate(frames, 1):
        cv2.imwrite(str(folder / f'{number:06d}.png'), image)
    (folder / '000008.png').write_bytes(b'broken')
    results = TrackInferencer(model, batch_size=batch_size)(folder, tmp_path / 'out')
    assert [result.frame_id for result in itertools.islice(results, 7)] == list(
        range(7)
    )
    with pytest.raises(DataError, match=r'frame 8: .*000008\.png'):
        next(results)
    check_files(tmp_path / 'out', 'walk', 7)


def test_video_damaged_in_the_middle(model, tmp_path):
    """The error names the frame; the files hold every frame before it."""
    source = tmp_path / 'noise.mp4'
    noise = np.random.default_rng(0).integers(0, 256, (60, 96, 128, 3), np.uint8)
    writer = VideoWriter(source, Fraction(25))
    for image in noise:
        writer.write(image)
    writer.close()
    data = bytearray(source.read_bytes())
    middle = len(data) // 2
    data[middle : middle + len(data) // 4] = bytes(len(data) // 4)
    source.write_bytes(data)
    seen = []
    results = map(seen.append, TrackInferencer(model)(source, tmp_path / 'out'))
    with pytest.raises(VideoError, match=r'noise\.mp4 cannot be read beyond') as error:
        list(results)
    assert 10 < len(seen) < 60
    assert f'beyond frame {len(seen)}:' in str(error.value)
    check_files(tmp_path / 'out', 'noise', len(seen))


def test_video_cut_off_is_reported(model, tmp_path, frames):
    """A video that ends before the length it announces gives a warning."""
    source = tmp_path / 'cut.avi'
    with av.open(str(source), 'w') as container:
        stream = container.add_stream('mjpeg', rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, 'yuvj420p'
        for image in frames * 4:
            frame = av.VideoFrame.from_ndarray(image, format='bgr24')
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    data = source.read_bytes()
    # At the start of a packet: half a packet would be damage.
    source.write_bytes(data[: data.rfind(b'00dc', 0, len(data) // 2)])
    with pytest.warns(UserWarning, match=r'cut\.avi announces 48 frames, \d+ could'):
        seen = len(list(TrackInferencer(model)(source)))
    assert 12 < seen < 48


def test_older_results_survive_a_failed_start(model, tmp_path):
    """A source without any frame leaves the results of an earlier run alone."""
    (tmp_path / 'frames.txt').write_text('old')
    with pytest.raises(VideoError, match='no frame'):
        list(TrackInferencer(model)([], tmp_path, existing='overwrite'))
    assert (tmp_path / 'frames.txt').read_text() == 'old'


def test_wrong_use_is_reported_before_the_first_frame(model, video, tmp_path):
    """A bad source or folder raises at the call, not at the first result."""
    inferencer = TrackInferencer(model)
    with pytest.raises(VideoError, match='does not exist'):
        inferencer(tmp_path / 'nope.mp4')
    (tmp_path / 'file').write_text('')
    with pytest.raises(OutputError, match='cannot write into folder'):
        inferencer(video, tmp_path / 'file')
    with pytest.raises(OutputError, match=r'clip\.mp4 is the source itself'):
        inferencer(video, video.parent)
    assert count_frames(video) == 12


def test_setting_of_the_model_holds_unless_told(model, frames):
    """How often the network runs is a setting of the model that can be replaced."""
    model.detect_every = 5
    TrackInferencer(model)
    assert model.detect_every == 5
    TrackInferencer(model, detect_every=2)
    assert model.detect_every == 2


def test_wrong_arguments(model):
    """Arguments that would be ignored, or cannot work, are refused."""
    with pytest.raises(ConfigError, match='batch_size = 0'):
        TrackInferencer(model, batch_size=0)
    with pytest.raises(ConfigError, match='pass them to init_model'):
        TrackInferencer(model, device='cpu')
    model.cfg = ConfigDict(test_pipeline=[dict(type='LetterBoxx')])
    with pytest.raises(ConfigError, match='LetterBoxx is not in the'):
        TrackInferencer(model)
    model.cfg = ConfigDict()
    with pytest.raises(ConfigError, match='no test_pipeline'):
        TrackInferencer(model)


def test_no_frame_outlives_its_turn(model, frames, tmp_path):
    """Memory does not grow with an endless source: only frames read ahead are held."""
    alive = weakref.WeakValueDictionary()

    def endless():
        for number in itertools.count():
            image = frames[number % len(frames)].copy()
            alive[number] = image
            yield image

    results = TrackInferencer(model, batch_size=2)(endless(), tmp_path)
    next(itertools.islice(results, 300, None))
    assert len(alive) <= 10
    results.close()


def test_opened_source_is_accepted(model, frames):
    """A tool may look at the source first and hand it on."""
    source = open_source(frames)
    assert len(list(TrackInferencer(model)(source))) == source.length


@pytest.fixture(scope='module')
def street_frames():
    scene = SyntheticScene(1, 4, width=192, height=128, num_frames=11)
    return [image for image, _ in scene.frames()]


def people(results):
    return [sample.pred_track_instances for sample in results]


@pytest.mark.parametrize('batch_size', [1, 4])
def test_threads_change_nothing(network, street_frames, batch_size, tmp_path):
    """Every digit of every result, and the text, are those of a run without them."""
    for threads in (True, False):
        inferencer = TrackInferencer(network, batch_size=batch_size, threads=threads)
        out = tmp_path / str(threads)
        found = people(inferencer(street_frames, out, save_video=False))
        assert max(map(len, found)) > 2
        if threads:
            expected = found
    for mine, other in zip(found, expected, strict=True):
        assert all(torch.equal(mine[field], other[field]) for field in other.keys())  # noqa: SIM118
    texts = [(tmp_path / str(t) / 'frames.txt').read_text() for t in (True, False)]
    assert texts[0] == texts[1] != ''


def test_batches_change_nothing(exact_network, street_frames):
    """The same people, identities, boxes and scores for every batch size."""
    found = [
        people(TrackInferencer(exact_network, batch_size=size)(street_frames))
        for size in (1, 3, 16)
    ]
    assert max(map(len, found[0])) > 2
    for other in found[1:]:
        for mine, expected in zip(other, found[0], strict=True):
            assert mine.instances_id.tolist() == expected.instances_id.tolist()
            for field in ('bboxes', 'scores', 'labels'):
                torch.testing.assert_close(mine[field], expected[field])


@pytest.mark.parametrize('threads', [True, False])
def test_the_steps_of_a_run_are_timed(network, street_frames, tmp_path, threads):
    """A clock sees every step with all frames, in whatever thread it runs."""
    inferencer = TrackInferencer(network, batch_size=4, threads=threads)
    results = inferencer(street_frames, tmp_path)
    clock = StepClock()
    with clock.active():
        list(results)
    # After it, which the clock must not see.
    list(inferencer(street_frames, tmp_path, existing='overwrite'))
    assert tuple(sorted(clock.seconds, key=STEPS.index)) == STEPS
    assert {sum(frames) for frames in clock.frames.values()} == {11}
    assert clock.frames['network'] == [4, 4, 3]
    assert len(clock.seconds['encoding']) == 11
