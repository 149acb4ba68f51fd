import pytest

from fairmot_mm.datasets import LoadImage
from fairmot_mm.utils import DataError


@pytest.mark.parametrize('content', [b'', b'\x89PNG\r\n', b'no image at all'])
def test_damaged_image(tmp_path, content):
    """An image that cannot be decoded is named."""
    path = tmp_path / 'bad.png'
    path.write_bytes(content)
    with pytest.raises(DataError, match=r'bad\.png cannot be decoded'):
        LoadImage()({'img_path': str(path)})
