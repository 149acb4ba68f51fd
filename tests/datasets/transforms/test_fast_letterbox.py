import av
import cv2
import numpy as np
import pytest
import torch
from mmdet.structures.bbox import HorizontalBoxes

from fairmot_mm.datasets import FastLetterbox, Letterbox, LoadFrame
from fairmot_mm.video.frame import Frame
from fairmot_mm.video.video_picture import VideoPicture


def picture(height, width):
    """A smooth picture, (height, width, 3) BGR."""
    small = np.random.default_rng(0).integers(0, 256, (6, 8, 3), np.uint8)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)


def boxes():
    return HorizontalBoxes(torch.tensor([[10.0, 20.0, 60.0, 90.0]]))


@pytest.mark.parametrize('scale', [(1088, 608), (512, 320), (96, 64), (64, 96)])
@pytest.mark.parametrize(
    'size', [(1080, 1920), (480, 640), (608, 1088), (375, 1242), (90, 70), (7, 500)]
)
def test_as_the_letterbox_but_for_rounding(size, scale):
    """Place, metainfo and boxes are the same; pixels differ by little."""
    image = picture(*size)
    frame = av.VideoFrame.from_ndarray(image, format='bgr24')
    frame = frame.reformat(format='yuv444p', dst_color_range='JPEG')
    video = Frame(VideoPicture(frame, 'a.mp4'), 'a.mp4')
    expected = Letterbox(scale)({'img': video.image, 'gt_bboxes': boxes()})
    for pixels in (video, Frame(video.image, '')):
        found = FastLetterbox(scale)({'frame': pixels, 'gt_bboxes': boxes()})
        assert found.keys() == expected.keys()
        for key in ('img_shape', 'scale_factor', 'pad_param'):
            assert found[key] == expected[key]
        assert (found['gt_bboxes'].tensor == expected['gt_bboxes'].tensor).all()
        assert found['img'].shape == (*scale[::-1], 3)
        difference = np.abs(found['img'].astype(int) - expected['img'])
        assert difference.mean() < 2
        top, bottom, left, right = found['pad_param']
        inside = np.zeros(scale[::-1], bool)
        inside[top : scale[1] - bottom, left : scale[0] - right] = True
        assert not difference[~inside].any()


def test_grey_of_the_padding():
    """A half is rounded as OpenCV rounds it."""
    for grey in (127.5, 0, 114, 255):
        black = np.zeros((10, 100, 3), np.uint8)
        fast = FastLetterbox((32, 32), grey)({'frame': Frame(black, '')})['img']
        slow = Letterbox((32, 32), grey)({'img': black})['img']
        np.testing.assert_array_equal(fast, slow)


@pytest.mark.parametrize('orientation', [1, 3, 6, 8])
@pytest.mark.parametrize('size', [(400, 600), (401, 603), (60, 90)])
def test_a_jpeg_is_decoded_in_part(tmp_path, monkeypatch, orientation, size):
    """At a half, a fourth or an eighth where that is enough, upright in any case."""
    from PIL import Image

    path = str(tmp_path / 'a.jpg')
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(picture(*size)[..., ::-1]).save(path, quality=95, exif=exif)
    upright = cv2.imread(path)
    flags = []
    decode = cv2.imdecode
    monkeypatch.setattr(
        cv2, 'imdecode', lambda data, flag: flags.append(flag) or decode(data, flag)
    )
    results = LoadFrame()({'img_path': path})
    assert results['ori_shape'] == results['img_shape'] == upright.shape[:2]
    frame = results['frame']
    found = FastLetterbox((96, 96))(results)['img']
    expected = Letterbox((96, 96))({'img': upright})['img']
    assert np.abs(found.astype(int) - expected).mean() < 2
    whole = max(size) < 2 * 96
    assert flags == [cv2.IMREAD_COLOR if whole else cv2.IMREAD_REDUCED_COLOR_4]
    # Who draws on the frame gets all pixels.
    np.testing.assert_array_equal(frame.image, upright)
    assert len(flags) == (1 if whole else 2)
