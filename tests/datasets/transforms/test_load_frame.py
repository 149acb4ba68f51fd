import cv2
import numpy as np
import pytest

from fairmot_mm.datasets import FastLetterbox, LoadFrame
from fairmot_mm.utils import DataError


@pytest.mark.parametrize('suffix', ['png', 'jpg', 'bmp', 'webp', 'tif'])
def test_pixels_are_those_of_the_file(tmp_path, suffix):
    """Of every format, with its shape."""
    image = np.random.default_rng(0).integers(0, 256, (48, 64, 3), np.uint8)
    path = str(tmp_path / f'a.{suffix}')
    cv2.imwrite(path, image)
    results = LoadFrame()({'img_path': path})
    assert results['ori_shape'] == (48, 64)
    np.testing.assert_array_equal(results['frame'].image, cv2.imread(path))


@pytest.mark.parametrize('content', [b'', b'\x89PNG\r\n', b'\xff\xd8\xff', b'no image'])
def test_damaged_image(tmp_path, content):
    """An image that cannot be decoded is named, when it is read or when it is used."""
    path = tmp_path / 'bad.jpg'
    path.write_bytes(content)
    with pytest.raises(DataError, match=r'bad\.jpg cannot be decoded'):
        FastLetterbox((64, 64))(LoadFrame()({'img_path': str(path)}))
