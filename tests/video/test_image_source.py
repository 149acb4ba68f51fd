"""Images and animations as frames."""

import cv2
import numpy as np
import pytest
from PIL import Image

from fairmot_mm.utils import DataError
from fairmot_mm.video.frame_source import open_source
from fairmot_mm.video.image_source import count_pictures


@pytest.fixture
def animate(tmp_path, frames):
    """Write the frames as one file; each is shown for so many milliseconds."""

    def write(name, duration):
        pictures = [Image.fromarray(frame) for frame in frames]
        path = tmp_path / name
        if path.suffix == '.tif':
            pictures[0].save(path, save_all=True, append_images=pictures[1:])
        else:  # a lossy WebP joins pictures that are almost equal
            pictures[0].save(
                path,
                save_all=True,
                append_images=pictures[1:],
                duration=duration,
                lossless=True,
            )
        return path

    return write


@pytest.mark.parametrize('suffix', ['webp', 'gif', 'png', 'tif'])
def test_an_animation_is_a_video(animate, frames, suffix):
    """All its pictures come, at their rate, not only the first."""
    source = open_source(animate(f'walk.{suffix}', 40))
    assert source.name == 'walk'
    assert source.length == len(frames)
    assert source.frame_rate == (10 if suffix == 'tif' else 25)
    read = list(source.frames)
    assert {frame.time for frame in read} == {None}
    np.testing.assert_allclose(
        [frame.image.mean() for frame in read], [f.mean() for f in frames], atol=3
    )


def test_pictures_of_an_animation_have_their_times(animate):
    """A long picture stays long."""
    source = open_source(animate('walk.webp', [100] * 5 + [900] + [100] * 6))
    times = [float(frame.time) for frame in source.frames]
    assert times[5:8] == [0.5, 1.4, 1.5]


def test_an_animation_among_images(animate, tmp_path, frames):
    """It is refused, because only its first picture could be taken."""
    animate('2.webp', 40)
    cv2.imwrite(str(tmp_path / '1.png'), frames[0])
    read = open_source(tmp_path).frames
    next(read)
    with pytest.raises(DataError, match=r'2\.webp is an animation of 12 pictures'):
        next(read)


@pytest.mark.parametrize('suffix', ['avif', 'jp2', 'gif', 'webp', 'pgm', 'ppm'])
def test_less_common_formats(tmp_path, frames, suffix):
    """A folder may hold them."""
    grey = frames[3][..., 0] if suffix == 'pgm' else frames[3]
    if not cv2.imwrite(str(tmp_path / f'1.{suffix}'), grey):
        pytest.skip('this OpenCV does not write it')
    assert count_pictures(tmp_path / f'1.{suffix}') == 1
    (frame,) = open_source(tmp_path).frames
    assert frame.image.shape == (48, 64, 3)
    assert abs(frame.image.mean() - 52) < 4


@pytest.mark.parametrize('bad', [1, 5, 12])
def test_a_damaged_image_is_left_out(tmp_path, frames, bad):
    """The others keep their numbers, and the user is told how many are missing."""
    for number, image in enumerate(frames, 1):
        cv2.imwrite(str(tmp_path / f'{number:06d}.png'), image)
    (tmp_path / f'{bad:06d}.png').write_bytes(b'broken')
    with pytest.warns(UserWarning, match=rf'1 frame left out .*{bad:06d}\.png'):
        read = list(open_source(tmp_path, on_error='skip').frames)
    assert [frame.number for frame in read] == [k for k in range(1, 13) if k != bad]
    assert sum(frame.skipped for frame in read) == (bad != 12)


def test_a_frame_without_pixels():
    """An array of no size is refused by its number."""
    with pytest.raises(DataError, match=r'frame 1 of shape \(0, 0, 3\) has no pixel'):
        next(open_source([np.zeros((0, 0, 3), np.uint8)]).frames)


@pytest.mark.parametrize('scale', [None, (32, 32)])
def test_a_damaged_jpeg_is_found_when_it_is_read(tmp_path, scale):
    """Also where it is decoded at a fraction of its size, and so it can be skipped."""
    image = np.random.default_rng(0).integers(0, 256, (96, 128, 3), np.uint8)
    for number in range(4):
        cv2.imwrite(str(tmp_path / f'{number}.jpg'), image)
    (tmp_path / '2.jpg').write_bytes((tmp_path / '2.jpg').read_bytes()[:40])
    frames = open_source(tmp_path, scale=scale).frames
    assert [next(frames).number for _ in range(2)] == [0, 1]
    with pytest.raises(DataError, match=r'frame 2: .*2\.jpg cannot be decoded'):
        next(frames)
    with pytest.warns(UserWarning, match='1 frame left out'):
        read = list(open_source(tmp_path, on_error='skip', scale=scale).frames)
    assert [(frame.number, frame.skipped) for frame in read] == [(0, 0), (1, 0), (3, 1)]
    assert {frame.shape for frame in read} == {(96, 128)}
    assert all((frame.image == cv2.imread(frame.path)).all() for frame in read)
