import functools
import http.server
import itertools
import threading
from fractions import Fraction

import cv2
import numpy as np
import pytest

from fairmot_mm.utils import DataError, VideoError
from fairmot_mm.video.frame_source import open_source


def levels(source):
    """Mean grey level of every frame."""
    return [frame.image.mean() for frame in source.frames]


def write_images(folder, frames):
    folder.mkdir(parents=True)
    for number, image in enumerate(frames, 1):
        cv2.imwrite(str(folder / f'{number:06d}.png'), image)


def test_video(video, frames):
    """A video gives its frames in order, its rate as a fraction and its length."""
    source = open_source(video)
    assert (source.name, source.frame_rate, source.length) == ('clip', 25, 12)
    read = list(source.frames)
    assert {frame.path for frame in read} == {str(video)}
    assert [frame.image.shape for frame in read] == [(48, 64, 3)] * 12
    np.testing.assert_allclose(
        [frame.image.mean() for frame in read], [f.mean() for f in frames], atol=3
    )


def test_folder_and_pattern_of_images(tmp_path, frames):
    """A folder and a pattern give the same images in name order, at 30 fps."""
    write_images(tmp_path / 'walk', frames)
    folder = open_source(tmp_path / 'walk')
    pattern = open_source(str(tmp_path / 'walk' / '*.png'))
    for source in (folder, pattern):
        assert (source.name, source.frame_rate, source.length) == ('walk', 30, 12)
    expected = [frame.mean() for frame in frames]
    assert levels(folder) == levels(pattern) == expected


@pytest.mark.parametrize('inner', ['', 'img1'])
def test_motchallenge_sequence(tmp_path, frames, inner):
    """A sequence folder, or its img1, gives the rate of seqinfo.ini."""
    write_images(tmp_path / 'MOT-99' / 'img1', frames)
    (tmp_path / 'MOT-99' / 'seqinfo.ini').write_text(
        '[Sequence]\nname=MOT-99\nimDir=img1\nframeRate=14\nimWidth=64\nimHeight=48\n'
    )
    source = open_source(tmp_path / 'MOT-99' / inner)
    assert (source.name, source.frame_rate, source.length) == ('MOT-99', 14, 12)


def test_single_image(tmp_path, frames):
    """One image is a source of one frame."""
    write_images(tmp_path / 'one', frames[:1])
    source = open_source(tmp_path / 'one' / '000001.png')
    assert (source.name, source.length) == ('000001', 1)
    assert levels(source) == [40.0]


def test_arrays_of_known_and_unknown_length(frames):
    """A list has a length; a generator without end is read as it is walked."""
    assert open_source(frames).length == 12
    endless = open_source(itertools.cycle(frames))
    assert endless.length is None
    assert len(list(itertools.islice(endless.frames, 30))) == 30


def test_url(video):
    """A video behind http is read like a file and named after host and path."""
    handler = functools.partial(
        http.server.SimpleHTTPRequestHandler, directory=video.parent
    )
    with http.server.ThreadingHTTPServer(('127.0.0.1', 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        source = open_source(f'http://127.0.0.1:{server.server_port}/clip.mp4')
        name = f'127.0.0.1-{server.server_port}-clip'
        assert (source.name, source.files) == (name, ())
        assert len(list(source.frames)) == 12
        server.shutdown()


def test_frame_rate_can_be_given(frames):
    """The rate given replaces that of the source; broadcast rates stay exact."""
    assert open_source(frames, 30000 / 1001).frame_rate == Fraction(30000, 1001)
    assert open_source(open_source(frames), 10).frame_rate == 10
    with pytest.raises(VideoError, match='frame_rate = -1 must be above 0'):
        open_source(frames, -1)


def test_what_is_no_source_is_named(tmp_path):
    """Each source that cannot work says which it is and what is wrong."""
    fake = tmp_path / 'fake.mp4'
    fake.write_text('not a video' * 100)
    (tmp_path / 'empty').mkdir()
    cases = [
        (fake, VideoError, 'fake.mp4 cannot be opened as a video'),
        (tmp_path / 'nope.mp4', VideoError, 'nope.mp4 does not exist; give'),
        (tmp_path / 'empty', DataError, 'empty has no image in it'),
        (f'{tmp_path}/*.jpg', DataError, 'no image matches'),
        ('http://127.0.0.1:9/x.mp4', VideoError, 'x.mp4 .*; check the address'),
        (3.5, VideoError, 'frames cannot come from float'),
    ]
    for source, error, message in cases:
        with pytest.raises(error, match=message):
            open_source(source)


def test_missing_camera():
    """A camera that is not there is named by its number."""
    with pytest.raises(VideoError, match='camera 97 cannot be opened'):
        open_source('97')


@pytest.mark.parametrize(
    'bad',
    [
        np.zeros((4, 4), np.uint8),
        np.zeros((4, 4, 4), np.uint8),
        np.zeros((4, 4, 3), np.float32),
        None,
    ],
)
def test_bad_array_is_named_by_its_number(frames, bad):
    """Grey, four-channel and float arrays are refused, not guessed at."""
    source = open_source([frames[0], bad])
    np.testing.assert_array_equal(next(source.frames).image, frames[0])
    with pytest.raises(DataError, match=r'frame 2 is a .* uint8 arrays in BGR order'):
        next(source.frames)


def test_empty_iterable():
    """No frame at all is an error, not an empty result."""
    with pytest.raises(VideoError, match='frames has no frame in it'):
        list(open_source([]).frames)


def test_unreadable_image_is_named(tmp_path, frames):
    """The frames before a broken image come; the broken one is named."""
    write_images(tmp_path / 'walk', frames[:3])
    (tmp_path / 'walk' / '000002.png').write_bytes(b'broken')
    source = open_source(tmp_path / 'walk')
    next(source.frames)
    with pytest.raises(DataError, match=r'frame 2: .*000002\.png cannot be decoded'):
        next(source.frames)
