import av
import cv2
import numpy as np
import pytest
from av.video.reformatter import ColorRange, Colorspace

from fairmot_mm.utils import VideoError
from fairmot_mm.video.frame import Frame
from fairmot_mm.video.video_picture import VideoPicture
from fairmot_mm.video.video_reader import VideoReader
from tests.video.test_video_reader import encode


def street(height, width, seed=0):
    """Colours that change slowly, sharp edges of light, (height, width, 3) BGR.

    As in any picture whose colours are stored at half the resolution, which is that of
    the scaled picture, too, colours of single pixels would be lost.
    """
    rng = np.random.default_rng(seed)
    colors, light = (
        cv2.resize(grid, (width, height), interpolation=cv2.INTER_LINEAR)
        for grid in (
            rng.integers(60, 200, (3, 4, 3), np.uint8),
            rng.integers(0, 50, (18, 32), np.uint8),
        )
    )
    light[height // 4 : height // 2, width // 4 : width // 2] = 0
    return colors - light[..., None]


def by_area(image, width, height):
    return cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)


def assert_near(scaled, image, worst=3.0):
    """Scaled while decoding, a picture is that of all its pixels, scaled."""
    expected = by_area(image, scaled.shape[1], scaled.shape[0])
    difference = np.abs(scaled.astype(int) - expected)
    assert difference.mean() < worst
    # In no colour is it systematically brighter or darker.
    bias = (scaled.astype(int) - expected).mean(axis=(0, 1))
    assert np.abs(bias).max() < 1.5


@pytest.mark.parametrize('size', [(1080, 1920), (361, 641), (97, 65)])
@pytest.mark.parametrize(
    'pix_fmt',
    [
        'yuv420p',
        'yuvj420p',
        'yuv422p',
        'yuv444p',
        'nv12',
        'yuv420p10le',
        'yuv422p10le',
        'yuv444p12le',
        'gray',
        'gray10le',
        'rgb24',
        'bgr0',
        'gbrp',
        'yuva420p',
        'yuv411p',
        'pal8',
    ],
)
def test_every_pixel_format(pix_fmt, size):
    """What cameras and encoders make, of odd sizes too."""
    image = street(*size)
    if pix_fmt == 'pal8':  # 8 bits of grey with a table of colours
        frame = av.VideoFrame.from_ndarray(image, format='bgr24').reformat(
            format='bgr8'
        )
    else:
        frame = av.VideoFrame.from_ndarray(image, format='bgr24').reformat(
            format=pix_fmt
        )
    picture = VideoPicture(frame, 'a.mp4')
    assert picture.shape == size
    scaled = picture.decode_scaled(48, 32)
    assert (scaled.shape, scaled.dtype) == ((32, 48, 3), np.uint8)
    assert scaled.flags.c_contiguous
    assert_near(scaled, picture.decode())


@pytest.mark.parametrize('color_range', [ColorRange.MPEG, ColorRange.JPEG])
@pytest.mark.parametrize(
    'matrix', [Colorspace.ITU709, Colorspace.ITU601, Colorspace.BT2020]
)
@pytest.mark.parametrize('pix_fmt', ['yuv420p', 'yuv420p10le'])
def test_matrix_and_range(matrix, color_range, pix_fmt):
    """Colours are those of the video's own matrix and range, in full and scaled."""
    colors = np.array(
        [[0, 0, 255], [0, 255, 0], [255, 0, 0], [200, 60, 30], [255] * 3, [16] * 3]
    )
    image = np.repeat(np.repeat(colors.astype(np.uint8)[None], 60, 0), 40, 1)
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(image), format='bgr24')
    frame = frame.reformat(
        format=pix_fmt, dst_colorspace=matrix, dst_color_range=color_range
    )
    picture = VideoPicture(frame, 'a.mp4')
    for pixels, step in ((picture.decode(), 40), (picture.decode_scaled(60, 15), 10)):
        found = pixels[pixels.shape[0] // 2, step // 2 :: step]
        np.testing.assert_allclose(found.astype(int), colors, atol=6)


@pytest.mark.parametrize('angle', [0, 90, -90, 180])
@pytest.mark.parametrize('size', [(96, 160), (94, 162)])
def test_turned_video(tmp_path, angle, size):
    """A turned video is scaled upright; its shape is that of the upright picture."""
    encode(tmp_path / 'a.mp4', [street(*size)], rotation=angle)
    (frame,) = VideoReader(tmp_path / 'a.mp4').frames()
    assert frame.shape == frame.image.shape[:2]
    width, height = (40, 24) if angle in (0, 180) else (24, 40)
    scaled = frame.scaled(width, height)
    assert scaled.shape == (height, width, 3)
    assert_near(scaled, frame.image)


@pytest.mark.parametrize('size', [(1, 1), (200, 320), (64, 7)])
def test_one_pixel_enlarged_and_narrow(size):
    """Sizes at the limits."""
    frame = av.VideoFrame.from_ndarray(street(64, 96), format='bgr24')
    picture = VideoPicture(frame.reformat(format='yuv420p'), 'a.mp4')
    height, width = size
    assert picture.decode_scaled(width, height).shape == (height, width, 3)


def test_pixels_in_full_are_made_once(tmp_path):
    """Who reads the image twice gets the same array; scaling does not make it."""
    encode(tmp_path / 'a.mp4', [street(48, 64)] * 2)
    frame, _ = VideoReader(tmp_path / 'a.mp4').frames()
    frame.scaled(20, 10)
    assert 'image' not in vars(frame)
    assert frame.image is frame.image


def test_frames_stay_as_they_are_while_the_video_goes_on(tmp_path):
    """The decoder does not write into a frame that is still in use."""
    noise = np.random.default_rng(0).integers(0, 256, (40, 48, 64, 3), np.uint8)
    encode(tmp_path / 'a.mp4', list(noise))
    late = list(VideoReader(tmp_path / 'a.mp4').frames())
    at_once = list(VideoReader(tmp_path / 'a.mp4'))
    for frame, image in zip(late, at_once, strict=True):
        np.testing.assert_array_equal(frame.image, image)


def test_pixels_that_cannot_be_converted():
    """A format without a way to BGR is named, in one line."""

    class Strange:
        width, height, rotation = 64, 48, 0
        format = type('Format', (), {'name': 'bayer_x'})

        def reformat(self, **_):
            raise av.error.OSError(95, 'Operation not supported')

        to_ndarray = reformat

    picture = VideoPicture(Strange(), 'a.mp4')
    for make in (picture.decode, lambda: picture.decode_scaled(8, 8)):
        with pytest.raises(VideoError, match=r'a\.mp4.*bayer_x'):
            make()


def test_arrays_are_scaled_too():
    """A frame of an array: large ones are halved first, which looks the same."""
    image = street(1080, 1920)
    frame = Frame(image, '')
    assert frame.image is image
    for width, height in ((512, 288), (1920, 1080), (700, 500)):
        scaled = frame.scaled(width, height)
        assert scaled.shape == (height, width, 3)
        assert_near(scaled, image, worst=1.0)
