import itertools

import numpy as np
import pytest
from mmengine.config import ConfigDict

from fairmot_mm.apis.preparation import Preparation, batched, collate, frames_on_cpu
from fairmot_mm.datasets import Letterbox
from fairmot_mm.utils import ConfigError, VideoError
from fairmot_mm.video.call_queue import ReadAhead
from fairmot_mm.video.frame_source import open_source


@pytest.mark.parametrize('depth', [3, 0])
def test_frames_of_a_source(model, video, depth):
    """In a thread or without: every frame with its number, its rate and its size."""
    prepare = Preparation(model.cfg)
    prepared = list(prepare.ahead(open_source(video, 29.97), depth))
    samples = [item.packed['data_samples'][0] for item in prepared]
    assert [sample.frame_id for sample in samples] == list(range(12))
    assert {sample.frame_rate for sample in samples} == {30}
    assert {sample.video_length for sample in samples} == {12}
    assert {sample.ori_shape for sample in samples} == {(48, 64)}
    direct = list(prepare(open_source(video)))
    for mine, other in zip(prepared, direct, strict=True):
        assert (mine.packed['inputs'] == other.packed['inputs']).all()


def test_to_the_model_and_back(model, video):
    """A batch has one clip for each frame; results are its frames in order."""
    batch = list(itertools.islice(Preparation(model.cfg)(open_source(video)), 5))
    data = collate(batch)
    assert [clip.shape for clip in data['inputs']] == [(1, 3, 48, 64)] * 5
    frames = frames_on_cpu(data['data_samples'])
    assert [frame.frame_id for frame in frames] == [0, 1, 2, 3, 4]


def test_config_without_pipeline():
    """The error says what the config lacks."""
    with pytest.raises(ConfigError, match='no test_pipeline; tracking needs one'):
        Preparation(ConfigDict())


def failing_after(count):
    yield from range(count)
    raise VideoError('damaged')


@pytest.mark.parametrize('size', [1, 2, 3, 5])
def test_items_before_a_failure_come_first(size):
    """Five good items come out in batches, then the error does."""
    seen = []
    batches = map(seen.append, batched(ReadAhead(failing_after(5), 4), size))
    with pytest.raises(VideoError, match='damaged'):
        list(batches)
    assert max(map(len, seen)) <= size
    assert list(itertools.chain(*seen)) == list(range(5))


def test_last_batch_is_shorter():
    """Seven items in batches of three."""
    assert list(batched(iter(range(7)), 3)) == [[0, 1, 2], [3, 4, 5], [6]]


FAST = [
    dict(type='LoadFrame'),
    dict(type='FastLetterbox', scale=(32, 32)),
    dict(type='PackFrame'),
]


@pytest.mark.parametrize('rate', [7.5, 3.5, 12.5, 0.4, 29.97])
def test_the_time_between_frames_is_not_rounded(video, rate):
    """A tracker reads how long a frame takes, also of slow cameras."""
    prepare = Preparation(ConfigDict(test_pipeline=FAST))
    samples = [p.packed['data_samples'][0] for p in prepare(open_source(video, rate))]
    assert {sample.frame_rate for sample in samples} == {max(1, round(rate))}
    assert {sample.exact_frame_rate for sample in samples} == {rate}


@pytest.mark.parametrize('depth', [3, 0])
def test_frames_are_scaled_while_they_are_decoded(video, depth):
    """No frame is made in full where the pipeline loads frames instead of images."""
    prepare = Preparation(ConfigDict(test_pipeline=FAST))
    assert prepare.scale == (32, 32)
    prepared = list(prepare.ahead(open_source(video), depth))
    assert {tuple(each.packed['inputs'].shape) for each in prepared} == {(1, 3, 32, 32)}
    assert not any('image' in vars(each.frame) for each in prepared)
    images = [frame.image for frame in open_source(video).frames]
    for each, image in zip(prepared, images, strict=True):
        assert each.packed['data_samples'][0].ori_shape == image.shape[:2]
        np.testing.assert_array_equal(each.frame.image, image)
        inside = each.packed['inputs'][0, :, 4:28].numpy()
        np.testing.assert_allclose(
            inside.mean(axis=(1, 2)), image.mean(axis=(0, 1)), atol=2
        )


@pytest.mark.parametrize('loader', ['LoadImage', 'LoadImageFromFile', None])
def test_other_pipelines_get_all_pixels(video, loader):
    """As before, whatever reads the images, or where the frames are all there is."""
    steps = [dict(type='Letterbox', scale=(32, 32)), dict(type='PackFrame')]
    if loader:
        steps.insert(0, dict(type=loader))
    prepare = Preparation(ConfigDict(test_pipeline=steps))
    assert prepare.scale is None
    expected = Letterbox((32, 32))
    for each in prepare(open_source(video)):
        image = expected({'img': each.frame.image})['img']
        np.testing.assert_array_equal(
            each.packed['inputs'][0].numpy(), image.transpose(2, 0, 1)
        )
