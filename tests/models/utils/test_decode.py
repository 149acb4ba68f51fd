"""tests/data/decode: maps and what the published implementation reads from them
(commit 4aa6297), cut after the last detection with a score."""

import cv2
import numpy as np
import pytest
import torch
from mmdet.structures.bbox import HorizontalBoxes

from fairmot_mm.datasets.transforms import Letterbox
from fairmot_mm.models.utils.decode import DecodeSettings, decode_maps, rescale_bboxes

FRAMES = [(1080, 1920), (480, 640), (333, 777), (601, 301), (608, 1088)]


@pytest.mark.parametrize('variant', ['ltrb', 'wh', 'ltrb_noreg'])
def test_detections_equal_the_published_ones(variant, golden):
    """Cells, boxes and scores on the map; boxes in two frames, to 1e-3 pixel."""
    reference = golden('decode/decode.npz')
    heatmap, size, offset = (
        torch.from_numpy(reference[name]) for name in ('hm_logits', 'wh', 'reg')
    )
    found = decode_maps(
        heatmap,
        size[:, :2] if variant == 'wh' else size,
        None if variant == 'ltrb_noreg' else offset,
        DecodeSettings(),
    )
    expected = reference[f'{variant}_dets']
    count = len(expected)
    assert (found.scores[0] > 0).sum() == count == 303
    assert found.cell_inds[0, :count].tolist() == reference[f'{variant}_inds'].tolist()
    actual = torch.cat([found.bboxes[0] / 4, found.scores[0, :, None]], dim=1)[:count]
    np.testing.assert_allclose(actual, expected[:, :5], rtol=0, atol=1e-4)
    for height, width in ((1080, 1920), (480, 640)):
        meta = {'ori_shape': (height, width)}
        boxes = rescale_bboxes(found.bboxes, [meta], (152, 272), 'symmetric')
        expected = reference[f'{variant}_{height}x{width}']
        np.testing.assert_allclose(boxes[0, :count], expected[:, :4], rtol=0, atol=1e-3)


def test_scores_fall_and_only_peaks_have_one():
    """Two neighbours of one height are both kept, a lower neighbour is not."""
    heatmap = torch.full((1, 1, 4, 6), -9.0)
    heatmap[0, 0, 1, 1:4] = torch.tensor([2.0, 2.0, 1.0])
    found = decode_maps(heatmap, torch.ones(1, 4, 4, 6), None, DecodeSettings())
    assert found.scores.diff().le(0).all()
    assert sorted(found.cell_inds[0, :2].tolist()) == [7, 8]
    assert found.scores[0, 2] < 0.001


def test_classes_share_the_places():
    """The best of all classes are kept, each with its class."""
    heatmap = torch.full((1, 3, 4, 6), -9.0)
    heatmap[0, 2, 0, 0], heatmap[0, 0, 3, 5], heatmap[0, 1, 3, 0] = 3.0, 2.0, 1.0
    settings = DecodeSettings(max_per_img=2)
    found = decode_maps(heatmap, torch.ones(1, 4, 4, 6), None, settings)
    assert found.labels.tolist() == [[2, 0]]
    assert found.cell_inds.tolist() == [[0, 23]]
    assert found.bboxes.tolist() == [[[-2, -2, 6, 6], [18, 10, 26, 18]]]


def test_layout_changes_nothing():
    """Maps of several classes in channels_last give the same detections."""
    maps = [torch.randn(2, channels, 6, 8) for channels in (3, 4, 2)]
    plain = decode_maps(*maps, DecodeSettings(max_per_img=9))
    other = decode_maps(
        *(values.to(memory_format=torch.channels_last) for values in maps),
        DecodeSettings(max_per_img=9),
    )
    for name, expected in vars(plain).items():
        assert torch.equal(getattr(other, name), expected)


def test_map_of_fewer_cells_than_detections():
    """A small image has as many detections as cells."""
    found = decode_maps(
        torch.rand(2, 1, 2, 3), torch.ones(2, 4, 2, 3), None, DecodeSettings()
    )
    assert found.bboxes.shape == (2, 6, 4)


@pytest.mark.parametrize('shape', FRAMES)
def test_symmetric_undoes_the_letterbox_of_boxes(shape):
    """Ground truth comes back to a quarter of an input pixel.

    So much does the rounding of the image's size move the boxes.
    """
    height, width = shape
    pixel = max(height / 608, width / 1088)
    boxes = torch.rand(20, 4) * torch.tensor([width, height, width, height])
    results = Letterbox()(
        {
            'img': np.zeros((height, width, 3), np.uint8),
            'gt_bboxes': HorizontalBoxes(boxes.clone()),
        }
    )
    back = rescale_bboxes(
        results['gt_bboxes'].tensor[None],
        [{'ori_shape': shape}],
        (608, 1088),
        'symmetric',
    )
    torch.testing.assert_close(back[0], boxes, rtol=0, atol=pixel / 4 + 1e-3)


@pytest.mark.parametrize('shape', FRAMES)
def test_exact_undoes_the_letterbox_of_the_image(shape):
    """A white rectangle is found where it was drawn, to a pixel of the input."""
    height, width = shape
    image = np.zeros((height, width, 3), np.uint8)
    x1, y1, x2, y2 = width // 7, height // 5, width // 2, height * 3 // 4
    image[y1:y2, x1:x2] = 255
    results = Letterbox(pad_val=0)({'img': image})
    left, top, w, h = cv2.boundingRect((results['img'][..., 0] > 127).astype(np.uint8))
    seen = torch.tensor([[[left, top, left + w, top + h]]], dtype=torch.float32)
    back = rescale_bboxes(seen, [results], (608, 1088), 'exact')
    pixel = 1 / results['scale_factor'][0]
    np.testing.assert_allclose(back[0, 0], [x1, y1, x2, y2], rtol=0, atol=pixel)


def test_exact_of_an_image_that_is_not_padded():
    """Pads are optional, and every image has its own scale."""
    metas = [{'scale_factor': (2.0, 4.0)}, {'scale_factor': (0.5, 1.0)}]
    boxes = torch.tensor([[[8.0, 8, 16, 16]], [[8, 8, 16, 16]]])
    back = rescale_bboxes(boxes, metas, (608, 1088), 'exact')
    assert back.tolist() == [[[4, 2, 8, 4]], [[16, 8, 32, 16]]]


def test_unknown_rescale_is_refused():
    """The message names the value and the choices."""
    with pytest.raises(ValueError, match="'symmetric' or 'exact', not 'none'"):
        DecodeSettings(rescale='none')
