import cv2
import numpy as np
import pytest
from PIL import Image

from fairmot_mm.utils import DataError
from fairmot_mm.utils.images import image_size, read_image


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
