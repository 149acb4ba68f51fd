import cv2
import numpy as np
import pytest
from PIL import Image

from fairmot_mm.utils import DataError
from fairmot_mm.utils.errors import ImageError
from fairmot_mm.utils.images import image_size, read_image
from fairmot_mm.video.image_source import count_pictures

SUFFIXES = ('png', 'jpg', 'bmp', 'tif', 'webp', 'gif')


@pytest.mark.parametrize('orientation', range(1, 9))
def test_size_is_that_of_the_loaded_image(tmp_path, orientation):
    """EXIF orientations 5 to 8 swap width and height, as they do for cv2.imread."""
    path = tmp_path / 'a.jpg'
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.new('RGB', (40, 24)).save(path, exif=exif)
    height, width = cv2.imread(str(path)).shape[:2]
    assert image_size(path) == (width, height)
    assert (width == 24) == (orientation >= 5)


@pytest.mark.parametrize('suffix', ['png', 'jpg', 'bmp', 'tif', 'webp'])
def test_kinds_of_files(tmp_path, suffix):
    """Every kind that image folders may hold."""
    path = tmp_path / f'a.{suffix}'
    cv2.imwrite(str(path), np.zeros((7, 9, 3), np.uint8))
    assert image_size(path) == (9, 7)


def test_no_image(tmp_path):
    """A text file and a file that is not there are named."""
    path = tmp_path / 'a.jpg'
    with pytest.raises(DataError, match=r'cannot read image .*a\.jpg: No such'):
        image_size(path)
    path.write_text('no')
    with pytest.raises(DataError, match=r'a\.jpg is not a readable image'):
        image_size(path)


def test_missing_image(tmp_path):
    """An image that does not exist is named, with the reason."""
    with pytest.raises(DataError, match=r'cannot read image .*gone\.png: No such file'):
        read_image(str(tmp_path / 'gone.png'))


@pytest.mark.parametrize('suffix', ['png', 'tif', 'pgm'])
@pytest.mark.parametrize('bits', [10, 12, 14])
def test_few_bits_in_sixteen(tmp_path, suffix, bits):
    """They would come out black: refused with the number of bits; 16 bits are read."""
    path = str(tmp_path / f'a.{suffix}')
    values = np.linspace(0, 2**bits - 1, 40 * 60).reshape(40, 60).astype(np.uint16)
    cv2.imwrite(path, values)
    message = rf'16 bits, of which no pixel uses more than {bits} '
    with pytest.raises(ImageError, match=message):
        read_image(path)
    cv2.imwrite(path, values << (16 - bits))
    assert read_image(path).max() >= 250
    cv2.imwrite(path, np.zeros((4, 6), np.uint16))
    assert read_image(path).max() == 0


def test_pixels_that_are_no_whole_numbers(tmp_path):
    """Their range is not known."""
    path = str(tmp_path / 'a.tif')
    cv2.imwrite(path, np.random.default_rng(0).random((4, 6)).astype(np.float32))
    with pytest.raises(ImageError, match=r'a\.tif'):
        read_image(path)


def test_more_pixels_than_pillow_takes(tmp_path, monkeypatch):
    """The size is that of the picture, not an error about an attack."""
    monkeypatch.setattr(Image, 'MAX_IMAGE_PIXELS', 10)
    cv2.imwrite(str(tmp_path / 'a.png'), np.zeros((7, 9, 3), np.uint8))
    assert image_size(tmp_path / 'a.png') == (9, 7)


def message_of(read, path):
    """Message of the error that reading raises; the name of the file without one."""
    try:
        read(path)
    except DataError as error:
        return str(error)
    return path.name


@pytest.mark.filterwarnings('ignore::UserWarning')
@pytest.mark.filterwarnings('ignore::PIL.Image.DecompressionBombWarning')
def test_random_bytes_are_no_image(tmp_path):
    """Whatever a file holds: a size, or an error that names it."""
    rng = np.random.default_rng(0)
    picture = rng.integers(0, 256, (17, 19, 3), np.uint8)
    good = [cv2.imencode(f'.{suffix}', picture)[1].ravel() for suffix in SUFFIXES]
    for number in range(300):
        data = good[number % len(good)].copy()
        places = rng.integers(0, len(data), 1 + number % 20)
        data[places] = rng.integers(0, 256, len(places))
        path = tmp_path / f'{number}.{SUFFIXES[number % len(good)]}'
        path.write_bytes(data[: rng.integers(1, len(data) + 1)].tobytes())
        for read in (image_size, lambda path: read_image(str(path)), count_pictures):
            assert path.name in message_of(read, path)
