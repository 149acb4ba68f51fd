import itertools

import pytest
from mmengine.config import ConfigDict

from fairmot_mm.apis.preparation import Preparation, batched, collate, frames_on_cpu
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
