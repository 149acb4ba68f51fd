import os
from contextlib import suppress
from fractions import Fraction

import av
import numpy as np
import pytest

from fairmot_mm.utils import ConfigError, OutputError
from fairmot_mm.video.video_writer import VideoWriter


def write(path, frames, rate=25):
    writer = VideoWriter(path, Fraction(rate))
    for frame in frames:
        writer.write(frame)
    writer.close()


def read(path):
    with av.open(str(path)) as container:
        return [f.to_ndarray(format='bgr24') for f in container.decode(video=0)]


@pytest.mark.parametrize('rate', [25, 1, Fraction(30000, 1001), Fraction(1499, 50)])
def test_rate_count_size_and_format(tmp_path, frames, rate):
    """Rate, number and size of frames are kept, in a format that browsers play."""
    write(tmp_path / 'out.mp4', frames, rate)
    with av.open(str(tmp_path / 'out.mp4')) as container:
        stream = container.streams.video[0]
        assert stream.average_rate == rate
        assert stream.frames == len(frames)
        assert (stream.width, stream.height) == (64, 48)
        assert (stream.codec.name, stream.format.name) == ('h264', 'yuv420p')
    data = (tmp_path / 'out.mp4').read_bytes()
    assert 0 < data.find(b'moov') < data.find(b'mdat')


def test_colors_survive(tmp_path):
    """Plain colours come back: writer and players agree on the colour space."""
    colors = [(0, 0, 255), (0, 255, 0), (255, 0, 0), (30, 60, 200), (255, 255, 255)]
    images = [np.full((64, 64, 3), color, np.uint8) for color in colors]
    write(tmp_path / 'out.mp4', images)
    means = [image.mean((0, 1)) for image in read(tmp_path / 'out.mp4')]
    np.testing.assert_allclose(means, colors, atol=6)


@pytest.mark.parametrize(('height', 'width'), [(47, 64), (48, 63), (47, 63)])
def test_odd_sizes_get_one_pixel_more(tmp_path, height, width):
    """H.264 stores even sizes: the last row or column is repeated."""
    image = np.full((height, width, 3), 90, np.uint8)
    write(tmp_path / 'out.mp4', [image] * 3)
    frame = read(tmp_path / 'out.mp4')[0]
    assert frame.shape == (48, 64, 3)
    np.testing.assert_allclose(frame, 90, atol=3)


def test_frame_of_another_size_is_scaled_into_the_first(tmp_path):
    """A taller frame fills the height and keeps its shape; the rest is black."""
    first = np.full((48, 64, 3), 200, np.uint8)
    tall = np.full((96, 64, 3), 200, np.uint8)
    write(tmp_path / 'out.mp4', [first, tall])
    second = read(tmp_path / 'out.mp4')[1]
    assert second.shape == (48, 64, 3)
    assert second[:, :28].mean() > 190
    assert second[:, 36:].mean() < 10


def test_name_appears_only_when_finished(tmp_path, frames):
    """Until close() there is no file of that name; closing twice is harmless."""
    writer = VideoWriter(tmp_path / 'out.mp4', Fraction(25))
    writer.write(frames[0])
    assert not (tmp_path / 'out.mp4').exists()
    writer.close()
    writer.close()
    assert [path.name for path in tmp_path.iterdir()] == ['out.mp4']


def test_no_frame_makes_no_file(tmp_path):
    """A writer that never got a frame leaves nothing behind."""
    VideoWriter(tmp_path / 'out.mp4', Fraction(25)).close()
    assert not list(tmp_path.iterdir())


def test_encoder_missing(tmp_path, monkeypatch):
    """Without the encoder the error names it and the remedy."""
    monkeypatch.setattr(av, 'codecs_available', {'mpeg4'})
    with pytest.raises(OutputError, match=r'no libx264 encoder; install the wheel'):
        VideoWriter(tmp_path / 'out.mp4', Fraction(25))


@pytest.mark.skipif(os.name != 'posix', reason='limits of a process are POSIX')
def test_full_disk(tmp_path):
    """A file that cannot grow is reported by its name, and leaves nothing behind."""
    import resource

    noise = np.random.default_rng(0).integers(0, 256, (240, 320, 3), np.uint8)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    try:
        with pytest.raises(OutputError, match=r'write .*out\.mp4: .*no frame is kept'):
            write(tmp_path / 'out.mp4', [np.roll(noise, 9 * k, 0) for k in range(30)])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not list(tmp_path.iterdir())


def test_unfinished_file_plays(tmp_path):
    """What a killed program leaves: all but the last second or two can be read."""
    image = np.random.default_rng(0).integers(0, 256, (48, 64, 3), np.uint8)
    writer = VideoWriter(tmp_path / 'out.mp4', Fraction(10))
    for k in range(80):
        writer.write(np.roll(image, k, 0))
    (part,) = tmp_path.iterdir()
    left = tmp_path / 'left.mp4'
    left.write_bytes(part.read_bytes())
    writer.close()
    count = 0
    with av.open(str(left)) as container, suppress(av.error.InvalidDataError):
        for _ in container.decode(video=0):
            count += 1
    assert 10 < count < 80
    assert len(read(tmp_path / 'out.mp4')) == 80


def test_frames_left_out_leave_time(tmp_path, frames):
    """A frame may be placed later: the one before stays until then."""
    writer = VideoWriter(tmp_path / 'out.mp4', Fraction(25))
    for index, frame in zip((0, 1, 5, 6), frames, strict=False):
        writer.write(frame, index)
    writer.close()
    with av.open(str(tmp_path / 'out.mp4')) as container:
        times = [frame.time for frame in container.decode(video=0)]
    np.testing.assert_allclose(times, [0, 0.04, 0.2, 0.24], atol=1e-3)


def times(path):
    with av.open(str(path)) as container:
        return [float(frame.time) for frame in container.decode(video=0)]


def test_frames_have_their_own_times(tmp_path, frames):
    """To a tenth of a millisecond; a time that does not advance is put behind."""
    writer = VideoWriter(tmp_path / 'out.mp4', Fraction(30000, 1001))
    given = [None, Fraction(4, 10), Fraction(19, 10), Fraction(19, 10), 7]
    for image, time in zip(frames, given, strict=False):
        writer.write(image, time=time)
    writer.close()
    assert writer.num_frames == 5
    read = times(tmp_path / 'out.mp4')
    np.testing.assert_allclose(read, [0, 0.4, 1.9, 1.9, 7], atol=2e-4)
    assert np.diff(read).min() > 0


def test_shape_of_the_pixels(tmp_path, frames):
    """An anamorphic video stays one."""
    writer = VideoWriter(tmp_path / 'out.mp4', 25, Fraction(2, 1))
    writer.write(frames[0])
    writer.close()
    with av.open(str(tmp_path / 'out.mp4')) as container:
        assert container.streams.video[0].sample_aspect_ratio == 2


@pytest.mark.parametrize('rate', ['25', float('nan'), 0, -1, 1e6, True, None])
def test_wrong_rate(tmp_path, rate):
    """The value is named."""
    with pytest.raises(ConfigError, match='frame_rate='):
        VideoWriter(tmp_path / 'out.mp4', rate)


def test_what_is_left_after_a_failure_is_counted(tmp_path, frames, monkeypatch):
    """The number of frames is that of the file, not that of the calls."""
    rng = np.random.default_rng(0)
    writer = VideoWriter(tmp_path / 'out.mp4', 25)
    for _ in range(90):
        writer.write(rng.integers(0, 256, (48, 64, 3), np.uint8))

    def fail(*_):
        raise OSError(28, 'No space left on device')

    monkeypatch.setattr('fairmot_mm.video.video_writer._fit', fail)
    with pytest.raises(OutputError, match='No space'):
        writer.write(frames[0])
    writer.close()
    path = tmp_path / 'out.mp4'
    assert writer.num_frames == (len(read(path)) if path.exists() else 0)
    assert writer.num_frames < 90
