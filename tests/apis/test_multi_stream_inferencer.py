import itertools
import threading

import cv2
import numpy as np
import pytest
import torch

from fairmot_mm.apis import MultiStreamInferencer, TrackInferencer
from fairmot_mm.synthetic import SyntheticScene
from fairmot_mm.utils import ConfigError, OutputError, VideoError, read_mot
from fairmot_mm.video.video_reader import VideoReader
from fairmot_mm.video.video_writer import VideoWriter

FIELDS = ('bboxes', 'scores', 'labels', 'instances_id')


def street(seed, num_frames, width, height):
    scene = SyntheticScene(seed, 4, width=width, height=height, num_frames=num_frames)
    return [image for image, _ in scene.frames()]


@pytest.fixture(scope='module')
def streets():
    """Streams of three sizes and lengths."""
    return {
        'a': street(1, 9, 192, 128),
        'b': street(2, 4, 128, 192),
        'c': street(3, 12, 320, 128),
    }


def by_stream(results):
    streams = {}
    for name, sample in results:
        streams.setdefault(name, []).append(sample)
    return streams


@pytest.mark.parametrize('batch_size', [None, 2, 1])
def test_each_stream_as_if_it_were_alone(exact_network, streets, batch_size):
    """Tracks and identities equal those of every stream by itself."""
    inferencer = MultiStreamInferencer(exact_network, batch_size=batch_size)
    together = by_stream(inferencer(streets))
    assert together.keys() == streets.keys()
    for name, images in streets.items():
        alone = list(TrackInferencer(exact_network)(images))
        assert len(alone) == len(together[name]) == len(images)
        assert max(len(sample.pred_track_instances) for sample in alone) > 2
        for mine, other in zip(together[name], alone, strict=True):
            assert mine.frame_id == other.frame_id
            for field in FIELDS:
                torch.testing.assert_close(
                    mine.pred_track_instances[field], other.pred_track_instances[field]
                )


def test_the_network_sees_every_third_frame_of_each_stream(
    exact_network, streets, monkeypatch
):
    """A third of the frames pass the network; results are those of a stream alone."""
    monkeypatch.setattr(exact_network, 'detect_every', 1)  # and back, afterwards
    sizes = []
    counter = exact_network.detector.backbone.register_forward_pre_hook(
        lambda _, args: sizes.append(len(args[0]))
    )
    together = by_stream(MultiStreamInferencer(exact_network, detect_every=3)(streets))
    counter.remove()
    assert sum(sizes) == 3 + 2 + 4
    for name, images in streets.items():
        alone = list(
            TrackInferencer(exact_network, batch_size=2, detect_every=3)(images)
        )
        for mine, other in zip(together[name], alone, strict=True):
            assert ('pred_instances' in mine) == (mine.frame_id % 3 == 0)
            for field in FIELDS:
                torch.testing.assert_close(
                    mine.pred_track_instances[field], other.pred_track_instances[field]
                )


def test_one_batch_through_the_network(network, streets):
    """Frames that are ready pass together, at most one of a stream, none lost."""
    sizes = []
    counter = network.detector.backbone.register_forward_pre_hook(
        lambda _, args: sizes.append(len(args[0]))
    )
    list(MultiStreamInferencer(network)(streets))
    counter.remove()
    assert sum(sizes) == 9 + 4 + 12
    assert 2 <= max(sizes) <= 3


def test_files_of_every_stream(exact_network, streets, tmp_path):
    """Text and video are those of a run alone; two sources of one name are numbered."""
    list(MultiStreamInferencer(exact_network)([streets['a'], streets['b']], tmp_path))
    list(
        TrackInferencer(exact_network)(
            streets['b'], tmp_path / 'alone', save_video=False
        )
    )
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == [
        'frames-2.mp4',
        'frames-2.txt',
        'frames.mp4',
        'frames.txt',
    ]
    mine = read_mot(tmp_path / 'frames-2.txt')
    alone = read_mot(tmp_path / 'alone' / 'frames.txt')
    assert len(alone) > 0
    np.testing.assert_array_equal(mine.ids, alone.ids)
    np.testing.assert_allclose(mine.tlwh, alone.tlwh, atol=1e-3)
    capture = cv2.VideoCapture(str(tmp_path / 'frames.mp4'))
    assert capture.get(cv2.CAP_PROP_FRAME_COUNT) == 9


def test_a_stream_that_fails_stops_no_other(network, streets, tmp_path):
    """It is reported at once and at the end; its frames and the others' are kept."""

    def breaking():
        yield from streets['a'][:3]
        raise OSError('cable pulled')

    sources = {'bad': breaking(), 'empty': [], 'good': streets['c']}
    results = MultiStreamInferencer(network)(sources, tmp_path, save_video=False)
    seen = []
    with (
        pytest.warns(UserWarning, match='stream bad failed: cable pulled'),
        pytest.raises(VideoError, match='2 of 3 streams failed') as error,
    ):
        seen.extend(results)
    assert 'bad: cable pulled' in str(error.value)
    assert 'empty: frames has no frame' in str(error.value)
    assert {name: len(samples) for name, samples in by_stream(seen).items()} == {
        'bad': 3,
        'good': 12,
    }
    assert sorted(path.name for path in tmp_path.iterdir()) == ['bad.txt', 'good.txt']
    assert read_mot(tmp_path / 'bad.txt').frames.max() == 3


def test_a_slow_stream_holds_up_no_other(network, streets):
    """While a camera delivers nothing, the others run to their end."""
    others_done = threading.Event()

    def stalled():
        yield streets['b'][0]
        assert others_done.wait(60)
        yield streets['b'][1]

    names = []
    for name, sample in MultiStreamInferencer(network)(
        {'slow': stalled(), 'fast': streets['c']}
    ):
        names.append(name)
        if name == 'fast' and sample.frame_id == 11:
            others_done.set()
    assert names.count('fast') == 12
    assert names[-1] == 'slow'
    assert names.count('slow') == 2


def test_closing_early_finishes_the_files(network, streets, tmp_path):
    """Endless streams are ended by closing the iterator; what was seen is written."""
    sources = {name: itertools.cycle(images) for name, images in streets.items()}
    results = MultiStreamInferencer(network)(sources, tmp_path, save_video=False)
    seen = by_stream(itertools.islice(results, 10))
    results.close()
    for name, samples in seen.items():
        assert read_mot(tmp_path / f'{name}.txt').frames.max() <= len(samples)


def test_wrong_use(network, streets, tmp_path):
    """What cannot work is said before the first frame."""
    inferencer = MultiStreamInferencer(network)
    with pytest.raises(ConfigError, match='no source'):
        inferencer([])
    with pytest.raises(ConfigError, match=r"use \['clip\.mp4'\]"):
        inferencer('clip.mp4')
    with pytest.raises(ConfigError, match="name 'a/b' cannot"):
        inferencer({'a/b': streets['a']})
    with pytest.raises(VideoError, match='does not exist'):
        inferencer([streets['a'], tmp_path / 'nope.mp4'])
    (tmp_path / 'file').write_text('')
    with pytest.raises(OutputError, match='cannot write into folder'):
        inferencer(streets, tmp_path / 'file')
    with pytest.raises(ConfigError, match='batch_size = 0'):
        MultiStreamInferencer(network, batch_size=0)
    with pytest.raises(ConfigError, match='max_streams = 0'):
        MultiStreamInferencer(network, max_streams=0)


@pytest.fixture
def videos(streets, tmp_path):
    """Five videos of three to seven frames."""
    paths = []
    for number in range(5):
        paths.append(tmp_path / 'videos' / f'{number}.mp4')
        writer = VideoWriter(paths[-1], 25)
        for image in streets['c'][: 3 + number]:
            writer.write(image)
        writer.close()
    return paths


@pytest.fixture
def opened(monkeypatch):
    """Numbers of files that are open for decoding, after each that is opened."""
    counts, current = [], []

    class Reader(VideoReader):
        def frames(self):
            current.append(self)
            counts.append(len(current))
            try:
                yield from super().frames()
            finally:
                current.remove(self)

    monkeypatch.setattr('fairmot_mm.video.frame_source.VideoReader', Reader)
    return counts


@pytest.mark.parametrize(
    ('settings', 'most'),
    [({}, 5), ({'max_streams': 2}, 2), ({'max_streams': 1}, 1)],
)
def test_many_files_wait_for_their_turn(
    exact_network, videos, opened, settings, most, tmp_path
):
    """Some are read at a time; each has the tracks of a file by itself."""
    inferencer = MultiStreamInferencer(exact_network, **settings)
    together = by_stream(inferencer([str(tmp_path / 'videos')], tmp_path / 'out'))
    assert max(opened) == most
    assert len(opened) == 5
    assert len([*(tmp_path / 'out').glob('*.mp4')]) == 5
    for path in videos:
        alone = list(TrackInferencer(exact_network)(path))
        assert len(alone) == len(together[path.stem]) == 3 + int(path.stem)
        for mine, other in zip(together[path.stem], alone, strict=True):
            for field in FIELDS:
                torch.testing.assert_close(
                    mine.pred_track_instances[field], other.pred_track_instances[field]
                )


def test_what_is_no_file_does_not_wait(network, videos, streets):
    """An endless camera would keep the others from ever starting."""
    sources = {
        'file': videos[0],
        'camera': itertools.cycle(streets['a']),
        'other': itertools.cycle(streets['b']),
    }
    results = MultiStreamInferencer(network, max_streams=1)(sources)
    seen = {name for name, _ in itertools.islice(results, 20)}
    results.close()
    assert seen == {'camera', 'other'}


def test_a_file_that_vanishes_while_it_waits(network, videos, tmp_path):
    """It is reported, and the others are tracked; a missing one is refused at once."""
    inferencer = MultiStreamInferencer(network, max_streams=1)
    results = inferencer(videos)
    videos[2].unlink()
    seen = []
    with (
        pytest.warns(UserWarning, match='stream 2 failed'),
        pytest.raises(VideoError, match=r'1 of 5 streams failed.* 2: .*2\.mp4 cannot'),
    ):
        seen.extend(results)
    assert by_stream(seen).keys() == {'0', '1', '3', '4'}
    with pytest.raises(VideoError, match=r'2\.mp4 does not exist'):
        inferencer(videos)


def test_files_that_never_start(network, videos, tmp_path):
    """A run that is closed early leaves nothing of the files that waited."""
    inferencer = MultiStreamInferencer(network, max_streams=1)
    results = inferencer(videos, tmp_path / 'out', save_video=False)
    assert next(results).name == '0'
    results.close()
    assert [path.name for path in (tmp_path / 'out').iterdir()] == ['0.txt']
