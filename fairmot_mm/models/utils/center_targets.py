"""Encoding the ground truth of a batch as centre targets."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from mmengine.structures import InstanceData
from torch import Tensor


@dataclass(frozen=True)
class CenterTargets:
    """Targets of a batch. B images, K classes, H x W map, P objects of all images.

    Attributes:
        heatmap: (B, K, H, W) float32 in [0, 1], exactly 1 at the peak of an object.
        batch_inds: (P,) int64 image an object belongs to.
        cell_inds: (P,) int64 ``y * W + x`` of the cell that holds its centre.
        size: (P, 4) left, top, right, bottom distances from the centre, or (P, 2)
            width and height, in cells.
        offset: (P, 2) centre minus cell, x then y, in [0, 1).
        labels: (P,) int64 class.
        ids: (P,) int64 identity, -1 where the source has none.
        heatmap_weight: (B, K, H, W) float32, 0 at the cells of ignore regions where no
            object has its peak, 1 elsewhere; None without ignore regions.
        teacher_embeds: (P, E) embeddings of a teacher, zeros where there is none; None
            if no image has them.
    """

    heatmap: Tensor
    batch_inds: Tensor
    cell_inds: Tensor
    size: Tensor
    offset: Tensor
    labels: Tensor
    ids: Tensor
    heatmap_weight: Tensor | None = None
    teacher_embeds: Tensor | None = None

    def gather(self, feat: Tensor) -> Tensor:
        """Read a map at the cells of the objects.

        Args:
            feat: (B, C, H, W) map.

        Returns:
            (P, C) values.
        """
        return feat.flatten(2)[self.batch_inds, :, self.cell_inds]


def published_radius(height: Tensor, width: Tensor) -> Tensor:
    """Radius in cells of the Gaussian of boxes of ``height`` x ``width`` cells.

    It is CornerNet's formula at overlap 0.7 as FairMOT trains with it: the root is
    divided by 2 where the quadratic formula says 2a. The result is 3.45 times that of
    ``mmdet.models.utils.gaussian_radius``. Weights trained by the authors expect it.

    Args:
        height: (P,) heights in cells.
        width: (P,) widths in cells.

    Returns:
        (P,) int64, at least 0.
    """
    a, b = height.double().ceil(), width.double().ceil()
    root = (1.96 * (a + b) ** 2 + 3.36 * a * b).sqrt()
    return ((root - 1.4 * (a + b)) / 2).long().clamp(min=0)


def clamp_columns(points: Tensor, max_x: float, max_y: float) -> Tensor:
    """Limit the coordinates of points without a tensor that is copied to the device.

    Args:
        points: (P, 2) x, y.
        max_x: Largest x.
        max_y: Largest y.

    Returns:
        (P, 2) points.
    """
    x, y = points.unbind(dim=1)
    return torch.stack([x.clamp(max=max_x), y.clamp(max=max_y)], dim=1)


def draw_gaussians(
    heatmap: Tensor, maps: Tensor, centers: Tensor, radii: Tensor, sigmas: Tensor
) -> Tensor:
    """Raise ``heatmap`` to the Gaussians of all objects at once, in place.

    The cells of every object's window (cut at the border of the map) are listed one
    after the other and scattered with a maximum, so cost and memory follow the area
    that is drawn.

    Args:
        heatmap: (M, H, W) maps.
        maps: (P,) map that an object is drawn on.
        centers: (P, 2) int64 x, y of its peak; may lie outside the map.
        radii: (P,) int64; the window is the square of this radius.
        sigmas: (P,) float64 standard deviations in cells.

    Returns:
        ``heatmap``.
    """
    height, width = heatmap.shape[-2:]
    low = (centers - radii[:, None]).clamp(min=0)
    high = clamp_columns(centers + radii[:, None], width - 1, height - 1)
    extent = (high - low + 1).clamp(min=0)  # (P, 2) columns, rows
    areas = extent.prod(dim=1)
    owner = torch.repeat_interleave(areas)
    rank = torch.arange(len(owner), device=owner.device)
    rank -= (areas.cumsum(0) - areas)[owner]
    columns = extent[owner, 0]
    cells = torch.stack([rank % columns, rank // columns], dim=1) + low[owner]
    distance = (cells - centers[owner]).double().square().sum(dim=1)
    values = torch.exp(-distance / (2 * sigmas[owner] ** 2)).to(heatmap.dtype)
    flat = (maps[owner] * height + cells[:, 1]) * width + cells[:, 0]
    heatmap.view(-1).scatter_reduce_(0, flat, values, 'amax')
    return heatmap


def center_targets(
    batch_gt_instances: Sequence[InstanceData],
    feat_shape: tuple[int, int, int],
    stride: int = 4,
    size_type: str = 'ltrb',
    sigma: float | None = None,
    max_objs: int | None = None,
    batch_gt_instances_ignore: Sequence[InstanceData | None] = (),
) -> CenterTargets:
    """Encode ground truth as centre targets.

    Args:
        batch_gt_instances: One `InstanceData` an image, with ``bboxes`` (N, 4) xyxy in
            input pixels (may leave the image), ``labels`` (N,) and ``instances_ids``
            (N,), and perhaps ``teacher_embeds`` (N, E) in all of them. Boxes without
            area are left out.
        feat_shape: (K, H, W) of the heatmap of one image.
        stride: Input pixels a cell covers.
        size_type: ``'ltrb'`` or ``'wh'``.
        sigma: ``None`` fits every Gaussian to its box. A number gives all objects this
            standard deviation in cells, as published with ``--mse_loss`` (6).
        max_objs: Objects of an image to keep, in label order; ``None`` keeps all.
        batch_gt_instances_ignore: Ignore regions of each image, with ``bboxes`` (M, 4)
            xyxy in input pixels; None or nothing for images without.

    Returns:
        Targets on the device of the boxes. Sides are those of the unclipped box, seen
        from the centre clipped to the map (FairMOT section 3.2.2, its code for boxes
        beyond the image).
    """
    num_classes, height, width = feat_shape
    kept = [instances[:max_objs] for instances in batch_gt_instances]
    boxes = torch.cat([instances.bboxes for instances in kept]).float() / stride
    labels = torch.cat([instances.labels for instances in kept])
    ids = torch.cat([instances.instances_ids for instances in kept])
    batch_inds = torch.cat(
        [own.labels.new_full((len(own),), k).long() for k, own in enumerate(kept)]
    )

    (valid,) = (boxes[:, 2:] > boxes[:, :2]).all(dim=1).nonzero(as_tuple=True)
    teacher_embeds = None
    if kept and all('teacher_embeds' in own for own in kept):
        teacher_embeds = torch.cat([own.teacher_embeds for own in kept])[valid]
    rows = (boxes, labels, ids, batch_inds)
    boxes, labels, ids, batch_inds = (values[valid] for values in rows)
    centers = ((boxes[:, :2] + boxes[:, 2:]) / 2).clamp(min=0)  # (P, 2)
    centers = clamp_columns(centers, width - 1, height - 1)
    cells = centers.long()
    extent = boxes[:, 2:] - boxes[:, :2]  # (P, 2) width, height
    if sigma is None:
        radii = published_radius(extent[:, 1], extent[:, 0])
        sigmas = (2 * radii + 1).double() / 6
    else:
        radii = torch.full_like(labels, int(3 * sigma))
        sigmas = radii.double() / 3
    heatmap = boxes.new_zeros(len(kept) * num_classes, height, width)
    draw_gaussians(heatmap, batch_inds * num_classes + labels, cells, radii, sigmas)
    heatmap = heatmap.view(len(kept), num_classes, height, width)
    sides = torch.cat([centers - boxes[:, :2], boxes[:, 2:] - centers], dim=1)
    return CenterTargets(
        heatmap=heatmap,
        batch_inds=batch_inds,
        cell_inds=cells[:, 1] * width + cells[:, 0],
        size=sides if size_type == 'ltrb' else extent,
        offset=centers - cells,
        labels=labels,
        ids=ids,
        heatmap_weight=heatmap_weight(heatmap, batch_gt_instances_ignore, stride),
        teacher_embeds=teacher_embeds,
    )


def heatmap_weight(
    heatmap: Tensor,
    batch_gt_instances_ignore: Sequence[InstanceData | None],
    stride: int,
) -> Tensor | None:
    """Weigh the cells of a target heatmap: those of ignore regions do not count.

    A region covers every cell that it touches, in the maps of all classes. The peak of
    an object counts inside a region, too.

    Args:
        heatmap: (B, K, H, W) target, exactly 1 at the peaks.
        batch_gt_instances_ignore: See `center_targets`.
        stride: Input pixels a cell covers.

    Returns:
        (B, K, H, W) float32 of 0 and 1; None without ignore regions.
    """
    found = [
        (k, own.bboxes)
        for k, own in enumerate(batch_gt_instances_ignore)
        if own is not None and 'bboxes' in own and len(own)
    ]
    if not found:
        return None
    (images, _, height, width), device = heatmap.shape, heatmap.device
    boxes = torch.cat([bboxes for _, bboxes in found]).to(device).float() / stride
    owner = torch.cat([torch.full((len(b),), k, device=device) for k, b in found])
    low, high = boxes[:, :2].floor(), boxes[:, 2:].ceil()
    has_area = (boxes[:, 2:] > boxes[:, :2]).all(dim=1, keepdim=True)
    high = torch.where(has_area, high, low)
    x1, y1 = clamp_columns(low.clamp(min=0), width, height).long().unbind(1)
    x2, y2 = clamp_columns(high.clamp(min=0), width, height).long().unbind(1)
    # Each region adds 1 at two of its corners and takes it away at the others, so that
    # the running sums count the regions over each cell.
    steps = heatmap.new_zeros(images, height + 1, width + 1)
    for y, x, step in ((y1, x1, 1), (y1, x2, -1), (y2, x1, -1), (y2, x2, 1)):
        change = steps.new_full((len(boxes),), step)
        steps.index_put_((owner, y, x), change, accumulate=True)
    inside = steps.cumsum(1).cumsum(2)[:, None, :height, :width] > 0.5
    return (~inside | (heatmap == 1)).to(heatmap.dtype)
