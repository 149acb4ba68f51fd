import av
import numpy as np
import pytest

from fairmot_mm.utils import ConfigError
from fairmot_mm.video import VideoEncoding, VideoWriter
from fairmot_mm.video.video_encoding import PRESETS, TUNES


@pytest.fixture
def noise():
    rng = np.random.default_rng(0)
    return list(rng.integers(100, 156, (8, 96, 128, 3), np.uint8))


def size_of(path, noise, **settings):
    """Bytes of the video in the file."""
    writer = VideoWriter(path, 25, encoding=VideoEncoding(**settings))
    for image in noise:
        writer.write(image)
    writer.close()
    with av.open(str(path)) as container:
        packets = [packet.size for packet in container.demux(video=0)]
    assert sum(size > 0 for size in packets) == len(noise)
    return sum(packets)


@pytest.mark.parametrize('preset', PRESETS)
def test_every_preset(tmp_path, noise, preset):
    """The encoder knows all of them."""
    assert size_of(tmp_path / 'a.mp4', noise, preset=preset) > 1000


@pytest.mark.parametrize('tune', TUNES)
def test_every_tune(tmp_path, noise, tune):
    """The encoder knows all of them."""
    assert size_of(tmp_path / 'a.mp4', noise, tune=tune, threads=1) > 1000


def test_quality(tmp_path, noise):
    """A better picture takes more bytes."""
    sizes = [size_of(tmp_path / f'{crf}.mp4', noise, crf=crf) for crf in (40, 23, 10)]
    assert sizes == sorted(set(sizes))


@pytest.mark.parametrize(
    ('setting', 'message'),
    [
        ({'preset': 'turbo'}, "preset must be 'ultrafast' or .*, not 'turbo'"),
        ({'tune': 'vhs'}, "tune must be 'film' or .*, not 'vhs'"),
        ({'crf': 52}, 'crf=52 must be at least 0 and at most 51'),
        ({'crf': -1}, 'crf=-1 must be'),
        ({'crf': float('nan')}, 'crf=nan must be'),
        ({'crf': '23'}, "crf='23' must be a number"),
        ({'threads': -1}, 'threads = -1 must be at least 0'),
        ({'threads': 1.5}, 'threads = 1.5 must be a whole number'),
    ],
)
def test_values_that_cannot_be_used(setting, message):
    """They are refused before a file is begun."""
    with pytest.raises(ConfigError, match=message):
        VideoEncoding(**setting)
