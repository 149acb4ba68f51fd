import numpy as np
import pytest
import torch
from mmdet.structures.bbox import HorizontalBoxes

from fairmot_mm.datasets import Letterbox
from fairmot_mm.utils import ConfigError


@pytest.mark.parametrize('index', [0, 2, 4])
def test_equal_to_published(golden, run_steps, index):
    """The network input is that of the published code, pixel by pixel."""
    image = run_steps(index, dict(type='Letterbox'))['img']
    assert image.shape == (608, 1088, 3)
    np.testing.assert_array_equal(image[::8, ::8, ::-1], golden[f'plain{index}_rgb'])


@pytest.mark.parametrize(
    ('size', 'columns', 'rows'),
    [
        ((1920, 1080), (3, 1084), (0, 608)),
        ((640, 480), (138, 949), (0, 608)),
        ((1242, 375), (0, 1088), (139, 468)),
        ((1088, 608), (0, 1088), (0, 608)),
    ],
)
def test_content_lies_where_published(size, columns, rows):
    """Frames of common sizes land in the published columns and rows."""
    width, height = size
    results = Letterbox()({'img': np.zeros((height, width, 3), np.uint8)})
    expected = np.full((608, 1088, 3), 128, np.uint8)
    expected[slice(*rows), slice(*columns)] = 0
    np.testing.assert_array_equal(results['img'], expected)
    top, bottom, left, right = results['pad_param']
    assert (left, 1088 - right, top, 608 - bottom) == (*columns, *rows)
    assert results['img_shape'] == (608, 1088)
    assert results['scale_factor'] == (
        (columns[1] - columns[0]) / width,
        (rows[1] - rows[0]) / height,
    )


def test_boxes_are_not_rounded():
    """Boxes move by half a pixel more than the image where the padding is odd."""
    results = {
        'img': np.zeros((1080, 1920, 3), np.uint8),
        'gt_bboxes': HorizontalBoxes(torch.tensor([[0.0, 0.0, 1920.0, 1080.0]])),
    }
    boxes = Letterbox()(results)['gt_bboxes'].tensor
    ratio = 608 / 1080
    expected = torch.tensor([[0, 0, 1920, 1080]]) * ratio
    expected[:, 0::2] += (1088 - 1081) / 2
    torch.testing.assert_close(boxes, expected)


@pytest.mark.parametrize('size', [(3, 2000), (2000, 3), (1, 5000), (5000, 1)])
def test_narrow_images(size):
    """An image that is much longer than wide keeps a pixel of its width."""
    width, height = size
    image = np.full((height, width, 3), 200, np.uint8)
    results = Letterbox(scale=(160, 96))({'img': image})
    assert results['img'].shape == (96, 160, 3)
    assert (results['img'] == 200).any()
    assert min(results['scale_factor']) > 0


@pytest.mark.parametrize('scale', [(0, 64), (64, -32), (96.5, 64)])
def test_no_size(scale):
    """A side without pixels is refused before an image is read."""
    with pytest.raises(ConfigError, match=r'Letterbox\.scale = '):
        Letterbox(scale=scale)
