"""Decoding the maps of the heads to boxes in the original frame."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from mmdet.models.utils import (
    get_local_maximum,
    get_topk_from_heatmap,
    transpose_and_gather_feat,
)
from torch import Tensor

from fairmot_mm.utils.errors import ConfigError


@dataclass(frozen=True)
class DecodeSettings:
    """How detections are read from the maps; the ``test_cfg`` of `CenterHead`.

    Attributes:
        max_per_img: Most detections of an image (published: K = 500).
        local_maximum_kernel: Side in cells of the window a peak is the maximum of.
        score_thr: Score a detection must exceed to leave the device. The tracker has
            its own threshold; this one only saves copying.
        rescale: How boxes are mapped back to the original frame. ``'symmetric'`` is the
            published way: it neglects that the letterbox rounds the size of the image
            and its pads, and is up to half an input pixel off. ``'exact'`` undoes
            ``scale_factor`` and ``pad_param`` of the metainfo, and suits pipelines
            other than `Letterbox`.
    """

    max_per_img: int = 500
    local_maximum_kernel: int = 3
    score_thr: float = 0.0
    rescale: Literal['symmetric', 'exact'] = 'symmetric'

    def __post_init__(self) -> None:
        if self.rescale not in ('symmetric', 'exact'):
            raise ConfigError(
                f"rescale must be 'symmetric' or 'exact', not {self.rescale!r}"
            )


@dataclass(frozen=True)
class CenterDetections:
    """Detections of a batch, by descending score. k = ``max_per_img``.

    Attributes:
        bboxes: (B, k, 4) float32 xyxy, in input pixels or, after `rescale_bboxes`, in
            pixels of the original frame; not clipped.
        scores: (B, k) in [0, 1]; 0 where an image has fewer than k peaks.
        labels: (B, k) int64 class.
        cell_inds: (B, k) int64 cell the detection was read from.
    """

    bboxes: Tensor
    scores: Tensor
    labels: Tensor
    cell_inds: Tensor


def decode_maps(
    heatmap: Tensor,
    size: Tensor,
    offset: Tensor | None,
    settings: DecodeSettings,
    stride: int = 4,
) -> CenterDetections:
    """Read peaks and their boxes from the maps (FairMOT section 3.4).

    Args:
        heatmap: (B, K, H, W) logits.
        size: (B, 4, H, W) ltrb or (B, 2, H, W) wh in cells.
        offset: (B, 2, H, W) centre minus cell; ``None`` puts it mid-cell.
        settings: Peaks to keep.
        stride: Input pixels a cell covers.

    Returns:
        Detections in input pixels.
    """
    scores = get_local_maximum(heatmap.sigmoid(), settings.local_maximum_kernel)
    k = min(settings.max_per_img, scores[0].numel())
    # mmdet calls `view`, which fails for several classes in channels_last.
    scores, inds, labels, ys, xs = get_topk_from_heatmap(scores.contiguous(), k)
    centers = torch.stack([xs, ys.to(xs.dtype)], dim=-1)  # (B, k, 2)
    if offset is None:
        centers = centers + 0.5
    else:
        centers = centers + transpose_and_gather_feat(offset, inds)
    sides = transpose_and_gather_feat(size, inds)
    if sides.shape[-1] == 2:
        sides = (sides / 2).repeat(1, 1, 2)
    low, high = centers - sides[..., :2], centers + sides[..., 2:]
    return CenterDetections(torch.cat([low, high], -1) * stride, scores, labels, inds)


def rescale_bboxes(
    bboxes: Tensor,
    batch_img_metas: Sequence[dict],
    input_shape: tuple[int, int],
    rescale: Literal['symmetric', 'exact'],
) -> Tensor:
    """Map boxes from the network input to the original frames.

    Args:
        bboxes: (B, k, 4) xyxy in input pixels.
        batch_img_metas: B metainfos with ``ori_shape`` (h, w); for ``'exact'`` with
            ``scale_factor`` (w, h) and, if padded left or top, ``pad_param`` (top,
            bottom, left, right).
        input_shape: (H, W) of the network input.
        rescale: See `DecodeSettings`.

    Returns:
        (B, k, 4) xyxy in pixels of the original frames.
    """
    if rescale == 'symmetric':
        shapes = bboxes.new_tensor([meta['ori_shape'][:2] for meta in batch_img_metas])
        height, width = input_shape
        scale = (shapes[:, 0] * (width / height)).maximum(shapes[:, 1]) / width
        scale = scale[:, None, None]
        input_centre = bboxes.new_tensor([width, height, width, height]) / 2
        frame_centre = shapes[:, None, [1, 0, 1, 0]] / 2
        return (bboxes - input_centre) * scale + frame_centre
    factors = bboxes.new_tensor([meta['scale_factor'][:2] for meta in batch_img_metas])
    pads = bboxes.new_tensor(
        [meta.get('pad_param', (0, 0, 0, 0)) for meta in batch_img_metas]
    )
    return (bboxes - pads[:, None, [2, 0, 2, 0]]) / factors[:, None, [0, 1, 0, 1]]
