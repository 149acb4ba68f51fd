"""The pixels that the samples of a deformable convolution are taken from."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

# Output positions sampled at once: their samples fit into the cache of a processor.
_CHUNK = 2048
_SUM = 0  # the mode of `embedding_bag` that adds the rows of a bag


class SampleCorners(NamedTuple):
    """The four pixels around each sample, for n positions of an output map.

    Letters: k kernel taps, D groups of channels with displacements of their own.

    Attributes:
        rows: (n, k, D, 2, 2) int32 rows of the pixels in the table of the image: above
            and below, left and right.
        shares_y: (n, k, D, 2) bilinear weights of above and below; 0 outside the map.
        shares_x: (n, k, D, 2) bilinear weights of left and right; 0 outside the map.
        inside_y: (n, k, D, 2) whether above and below count.
        inside_x: (n, k, D, 2) whether left and right count.
        mask: (n, k, D) weight of each sample.
    """

    rows: Tensor
    shares_y: Tensor
    shares_x: Tensor
    inside_y: Tensor
    inside_x: Tensor
    mask: Tensor

    def shares(self) -> Tensor:
        """Compute the bilinear weights times the mask, (n, k, D, 2, 2)."""
        shares_x = self.shares_x * self.mask[..., None]
        return self.shares_y[..., None] * shares_x[..., None, :]

    def sample(self, table: Tensor, groups: int) -> Tensor:
        """Compute the samples.

        Args:
            table: (H * W * D, I / D), a row for each pixel and deform group.
            groups: G, groups of channels of the convolution.

        Returns:
            (G, n, k * I / G), a matrix for each group.
        """
        samples = F.embedding_bag(
            self.rows.view(-1, 4),
            table,
            per_sample_weights=self.shares().view(-1, 4).to(table),
            mode='sum',
        )
        samples = samples.view(*self.rows.shape[:2], groups, -1)
        return samples.permute(2, 0, 1, 3).flatten(2)

    def add_to_rows(self, grad_table: Tensor, grad_samples: Tensor) -> None:
        """Add the gradient of each sample to its four rows.

        Sorted by row, the samples of a row are a bag again. This is faster than to add
        one sample after the other, and always adds in the same order.

        Args:
            grad_table: (H * W * D, I / D), changed in place.
            grad_samples: (n * k * D, I / D).
        """
        rows, order = self.rows.flatten().sort(stable=True)
        first, last = int(rows[0]), int(rows[-1])
        counts = torch.bincount(rows - first)
        grad_table[first : last + 1] += F.embedding_bag(
            order >> 2,  # four corners belong to a sample
            grad_samples,
            offsets=counts.cumsum(0) - counts,
            per_sample_weights=self.shares().flatten()[order].to(grad_samples),
            mode='sum',
        )

    def gradients(self, table: Tensor, grad_samples: Tensor) -> tuple[Tensor, Tensor]:
        """Compute the gradients of displacements and mask.

        Args:
            table: (H * W * D, I / D).
            grad_samples: (n * k * D, I / D).

        Returns:
            (n, k, D, 2) for y and x, and (n, k, D).
        """
        # The gradient of a share is the dot product of a row and the gradient of its
        # sample. This operator of autograd computes it without a copy of the rows.
        starts = torch.arange(0, self.rows.numel(), 4, device=table.device)
        bags = torch.arange(len(starts), device=table.device).repeat_interleave(4)
        dots = torch.ops.aten._embedding_bag_per_sample_weights_backward(
            grad_samples, table, self.rows.flatten(), starts.int(), bags.int(), _SUM
        ).view_as(self.rows)
        by_y = (dots * self.shares_x[..., None, :]).sum(-1)
        by_x = (dots * self.shares_y[..., None]).sum(-2)
        slope = dots.new_tensor([-1, 1])
        by_shift = [
            (by_y * slope * self.inside_y).sum(-1),
            (by_x * slope * self.inside_x).sum(-1),
        ]
        by_mask = (by_x * self.shares_x).sum(-1)
        return torch.stack(by_shift, dim=-1) * self.mask[..., None], by_mask


def find_corners(
    x: Tensor,
    shift: Tensor,
    mask: Tensor,
    weight: Tensor,
    stride: Sequence[int],
    padding: Sequence[int],
    dilation: Sequence[int],
    deform_groups: int,
) -> Iterator[tuple[int, slice, SampleCorners]]:
    """Find the pixels around all samples, some positions of an image at a time.

    Args:
        x: These are the arguments of `deform_conv2d`.
        shift: See there.
        mask: See there.
        weight: See there.
        stride: See there.
        padding: See there.
        dilation: See there.
        deform_groups: See there.

    Yields:
        Index of the image, the positions of the flat output map, and their corners.
    """
    precise = torch.promote_types(x.dtype, torch.float32)
    height, width = x.shape[2:]
    out_width = shift.shape[3]
    tap_y, tap_x = torch.meshgrid(
        *(
            (torch.arange(size, device=x.device) * step - pad).to(precise)
            for size, step, pad in zip(weight.shape[2:], dilation, padding, strict=True)
        ),
        indexing='ij',
    )
    shifts = shifts_by_position(shift.to(precise), deform_groups)
    masks = masks_by_position(mask.to(precise), deform_groups)
    group = torch.arange(deform_groups, device=x.device, dtype=torch.int32)
    for image in range(len(x)):
        for start in range(0, shifts.shape[1], _CHUNK):
            part = slice(start, start + _CHUNK)
            dy, dx = shifts[image, part].unbind(-1)  # (n, k, D)
            position = torch.arange(start, start + len(dy), device=x.device)
            position = position[:, None, None]
            y = position // out_width * stride[0] + tap_y.reshape(-1, 1) + dy
            x_ = position % out_width * stride[1] + tap_x.reshape(-1, 1) + dx
            rows_y, shares_y, inside_y = _neighbours(y, height)
            rows_x, shares_x, inside_x = _neighbours(x_, width)
            rows = (rows_y * width)[..., None] + rows_x[..., None, :]
            rows = rows * deform_groups + group[:, None, None]
            axes = shares_y, shares_x, inside_y, inside_x
            yield image, part, SampleCorners(rows, *axes, masks[image, part])


def _neighbours(coordinate: Tensor, size: int) -> tuple[Tensor, Tensor, Tensor]:
    """Find the two pixels around each coordinate; pixels outside get the weight 0.

    Args:
        coordinate: (n, k, D) along one axis, in pixels.
        size: Pixels of that axis.

    Returns:
        (n, k, D, 2) int32 indices inside the axis, bilinear weights, and whether the
        pixel counts. None counts at -1, where mmcv's operator has no gradient.
    """
    coordinate = coordinate.clamp(-2, size + 1)
    low = coordinate.floor()
    pixels = torch.stack([low, low + 1], dim=-1)
    share = coordinate - low
    inside = (pixels >= 0) & (pixels < size) & (coordinate > -1)[..., None]
    shares = torch.stack([1 - share, share], dim=-1) * inside
    return pixels.int().clamp(0, size - 1), shares, inside


def _sample(table: Tensor, corners: SampleCorners, groups: int) -> Tensor:
    """Sample (H * W * D, I / D) rows to columns (G, n, k * I / G)."""
    samples = F.embedding_bag(
        corners.rows.view(-1, 4),
        table,
        per_sample_weights=corners.shares().view(-1, 4).to(table),
        mode='sum',
    )
    positions, taps = corners.rows.shape[:2]
    samples = samples.view(positions, taps, groups, -1)
    return samples.permute(2, 0, 1, 3).flatten(2)


def _add_to_rows(grad_table: Tensor, corners: SampleCorners, samples: Tensor) -> None:
    """Add the gradient of each sample to its four rows.

    Sorted by row, the samples of each row are a bag again. This is faster than adding
    one sample after the other, and always adds in the same order.

    Args:
        grad_table: (H * W * D, I / D), changed in place.
        corners: Corners of the samples.
        samples: (n * k * D, I / D) gradients of the samples.
    """
    rows, order = corners.rows.flatten().sort(stable=True)
    first, last = int(rows[0]), int(rows[-1])
    counts = torch.bincount(rows - first)
    grad_table[first : last + 1] += F.embedding_bag(
        order >> 2,  # four corners belong to a sample
        samples,
        offsets=counts.cumsum(0) - counts,
        per_sample_weights=corners.shares().flatten()[order].to(samples),
        mode='sum',
    )


def _gradients_of_place(
    table: Tensor, corners: SampleCorners, samples: Tensor
) -> tuple[Tensor, Tensor]:
    """Compute the gradients of displacements and mask.

    Args:
        table: (H * W * D, I / D).
        corners: Corners of the samples.
        samples: (n * k * D, I / D) gradients of the samples.

    Returns:
        (n, k, D, 2) and (n, k, D).
    """
    # The gradient of a share is the dot product of a row and the gradient of a sample.
    # Autograd computes it with this operator, which is not there inside an operator.
    starts = torch.arange(0, corners.rows.numel(), 4, device=table.device)
    bags = torch.arange(len(starts), device=table.device).repeat_interleave(4)
    dots = torch.ops.aten._embedding_bag_per_sample_weights_backward(
        samples, table, corners.rows.flatten(), starts.int(), bags.int(), _SUM
    ).view_as(corners.rows)
    by_y = (dots * corners.shares_x[..., None, :]).sum(-1)
    by_x = (dots * corners.shares_y[..., None]).sum(-2)
    slope = dots.new_tensor([-1, 1])
    by_shift = torch.stack(
        [
            (by_y * slope * corners.inside_y).sum(-1),
            (by_x * slope * corners.inside_x).sum(-1),
        ],
        dim=-1,
    )
    by_mask = (by_x * corners.shares_x).sum(-1)
    return by_shift * corners.mask[..., None], by_mask


def shifts_by_position(shift: Tensor, deform_groups: int) -> Tensor:
    """View (B, 2Dk, H', W') as (B, H' * W', k, D, 2).

    Args:
        shift: See `deform_conv2d`.
        deform_groups: D.
    """
    parts = shift.flatten(2).unflatten(1, (deform_groups, -1, 2))
    return parts.permute(0, 4, 2, 1, 3)


def masks_by_position(mask: Tensor, deform_groups: int) -> Tensor:
    """View (B, Dk, H', W') as (B, H' * W', k, D).

    Args:
        mask: See `deform_conv2d`.
        deform_groups: D.
    """
    return mask.flatten(2).unflatten(1, (deform_groups, -1)).permute(0, 3, 2, 1)
