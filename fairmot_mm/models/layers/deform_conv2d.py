"""The deformable convolution of a CPU and its gradient, as operators of PyTorch."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

# Output positions sampled at once: their samples fit into the cache of a processor.
_CHUNK = 2048
_SUM = 0  # the mode of `embedding_bag` that adds the rows of a bag


@torch.library.custom_op('fairmot_mm::deform_conv2d', mutates_args=())
def deform_conv2d(
    x: Tensor,
    shift: Tensor,
    mask: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    stride: Sequence[int],
    padding: Sequence[int],
    dilation: Sequence[int],
    groups: int = 1,
    deform_groups: int = 1,
) -> Tensor:
    """Modulated deformable convolution (Zhu et al., CVPR 2019) by sums of rows.

    The map is read as a table with one row for each pixel. The sample of a kernel tap
    is the sum of four rows, weighted by their bilinear weights; `embedding_bag`
    computes this. Positions have at least the precision of float32.

    The gradient is that of mmcv's operator. It samples the map a second time, because
    samples that were kept would take k times the memory of the map. It has no
    gradient of its own.

    Letters: B images, I and O channels, H x W input, H' x W' output, k kernel taps,
    G groups, D groups of channels with displacements of their own.

    Args:
        x: (B, I, H, W).
        shift: (B, 2Dk, H', W') displacement of each tap in pixels; y comes before x.
        mask: (B, Dk, H', W') weight of each tap.
        weight: (O, I / G, kh, kw).
        bias: (O,) or ``None``.
        stride: Pixels of the input between two outputs, for y and x.
        padding: Zeros around the input, for y and x.
        dilation: Pixels from one tap to the next, for y and x.
        groups: G, as in `torch.nn.Conv2d`.
        deform_groups: D.

    Returns:
        (B, O, H', W') in the memory format ``channels_last``.
    """
    table = _table(x, deform_groups)
    kernel = _matrices(weight.to(x), groups)
    place = stride, padding, dilation, deform_groups
    out = x.new_empty(len(x), shift.shape[2] * shift.shape[3], len(weight))
    with torch.autocast(x.device.type, enabled=False):
        for image, part, corners in _chunks(x, shift, mask, weight, *place):
            columns = _sample(table[image], corners, groups)
            product = (columns @ kernel).transpose(0, 1).flatten(1)
            out[image, part] = product if bias is None else product + bias
    return out.unflatten(1, shift.shape[2:]).permute(0, 3, 1, 2)


@deform_conv2d.register_fake
def _(x: Tensor, shift: Tensor, mask: Tensor, weight: Tensor, *_: Any) -> Tensor:
    size = shift.shape
    return x.new_empty(size[0], *size[2:], len(weight)).permute(0, 3, 1, 2)


@torch.library.custom_op('fairmot_mm::deform_conv2d_backward', mutates_args=())
def deform_conv2d_backward(
    grad_out: Tensor,
    x: Tensor,
    shift: Tensor,
    mask: Tensor,
    weight: Tensor,
    stride: Sequence[int],
    padding: Sequence[int],
    dilation: Sequence[int],
    groups: int,
    deform_groups: int,
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Compute the gradients of `deform_conv2d`, without that of the bias.

    Args:
        grad_out: (B, O, H', W') gradient of the output.
        x: This and the further arguments are those of `deform_conv2d`.
        shift: See there.
        mask: See there.
        weight: See there.
        stride: See there.
        padding: See there.
        dilation: See there.
        groups: See there.
        deform_groups: See there.

    Returns:
        The gradients of x, shift, mask and weight.
    """
    precise = torch.promote_types(x.dtype, torch.float32)
    table = _table(x.to(precise), deform_groups)
    kernel = _matrices(weight.to(precise), groups)
    grad_rows = grad_out.to(precise).flatten(2).unflatten(1, (groups, -1)).mT
    grad_table, grad_kernel = torch.zeros_like(table), torch.zeros_like(kernel)
    grad_shift, grad_mask = (
        torch.empty(values.shape, dtype=precise, device=x.device)
        for values in (shift, mask)
    )
    shift_rows = _shifts_by_position(grad_shift, deform_groups)
    mask_rows = _masks_by_position(grad_mask, deform_groups)
    place = stride, padding, dilation, deform_groups
    with torch.autocast(x.device.type, enabled=False):
        for image, part, corners in _chunks(x, shift, mask, weight, *place):
            grad_part = grad_rows[image, :, part]  # (G, n, O / G)
            columns = _sample(table[image], corners, groups)
            grad_kernel += columns.mT @ grad_part
            grad_columns = (grad_part @ kernel.mT).transpose(0, 1)
            samples = grad_columns.unflatten(2, (-1, weight.shape[1])).transpose(1, 2)
            samples = samples.reshape(-1, table.shape[2])  # (n * k * D, I / D)
            _add_to_rows(grad_table[image], corners, samples)
            shift_rows[image, part], mask_rows[image, part] = _gradients_of_place(
                table[image], corners, samples
            )
    grad_x = grad_table.view(x.permute(0, 2, 3, 1).shape).permute(0, 3, 1, 2)
    size = groups, *weight.shape[2:], weight.shape[1], -1
    grad_weight = grad_kernel.view(size).permute(0, 4, 3, 1, 2).reshape(weight.shape)
    return (
        grad_x.to(x.dtype),
        grad_shift.to(shift.dtype),
        grad_mask.to(mask.dtype),
        grad_weight.to(weight.dtype),
    )


@deform_conv2d_backward.register_fake
def _(
    grad_out: Tensor, x: Tensor, shift: Tensor, mask: Tensor, weight: Tensor, *_: Any
) -> tuple[Tensor, ...]:
    batch, channels, height, width = x.shape
    return (
        x.new_empty(batch, height, width, channels).permute(0, 3, 1, 2),
        shift.new_empty(shift.shape),
        mask.new_empty(mask.shape),
        weight.new_empty(weight.shape),
    )


def _keep_inputs(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
    """Save what the gradient needs; it does not need the bias."""
    *tensors, bias, stride, padding, dilation, groups, deform_groups = inputs
    ctx.save_for_backward(*tensors)
    ctx.place = stride, padding, dilation, groups, deform_groups
    ctx.bias_type = None if bias is None else bias.dtype


def _differentiate(ctx: Any, grad_out: Tensor) -> tuple[Tensor | None, ...]:
    """Give a gradient for each argument of `deform_conv2d`."""
    grads = deform_conv2d_backward(grad_out, *ctx.saved_tensors, *ctx.place)
    by_bias = ctx.bias_type and grad_out.sum((0, 2, 3)).to(ctx.bias_type)
    return *grads, by_bias, None, None, None, None, None


def _refuse_second_derivative(*_: Any) -> None:
    raise RuntimeError(
        'the deformable convolution has no second derivative, neither here nor in '
        'mmcv: call backward() or torch.autograd.grad() without create_graph=True, or '
        'use plain convolutions (model.detector.neck.conv_cfg=None)'
    )


deform_conv2d.register_autograd(_differentiate, setup_context=_keep_inputs)
deform_conv2d_backward.register_autograd(_refuse_second_derivative)


class _Corners(NamedTuple):
    """The four pixels around each of the samples of n positions.

    ``rows`` (n, k, D, 2, 2) are their rows in the table of the image; those outside of
    the map have a share of 0. The shares and slopes (n, k, D, 2) are those of the two
    pixels along an axis, and ``mask`` is (n, k, D).
    """

    rows: Tensor
    shares_y: Tensor
    shares_x: Tensor
    inside_y: Tensor
    inside_x: Tensor
    mask: Tensor

    def shares(self) -> Tensor:
        """Bilinear weights times the mask, (n, k, D, 2, 2)."""
        shares_x = self.shares_x * self.mask[..., None]
        return self.shares_y[..., None] * shares_x[..., None, :]


def _chunks(
    x: Tensor,
    shift: Tensor,
    mask: Tensor,
    weight: Tensor,
    stride: Sequence[int],
    padding: Sequence[int],
    dilation: Sequence[int],
    deform_groups: int,
) -> Iterator[tuple[int, slice, _Corners]]:
    """Find the corners of all samples, `_CHUNK` positions of an image at a time."""
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
    shifts = _shifts_by_position(shift.to(precise), deform_groups)
    masks = _masks_by_position(mask.to(precise), deform_groups)
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
            yield image, part, _Corners(rows, *axes, masks[image, part])


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


def _sample(table: Tensor, corners: _Corners, groups: int) -> Tensor:
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


def _add_to_rows(grad_table: Tensor, corners: _Corners, samples: Tensor) -> None:
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
    table: Tensor, corners: _Corners, samples: Tensor
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


def _table(x: Tensor, deform_groups: int) -> Tensor:
    """Give each pixel and group a row: (B, I, H, W) to (B, H * W * D, I / D).

    `embedding_bag` is slow where a row has gaps, or where a table asks for a gradient.
    """
    batch, channels, height, width = x.shape
    size = batch, height * width * deform_groups, channels // deform_groups
    return x.detach().permute(0, 2, 3, 1).contiguous().view(size)


def _matrices(weight: Tensor, groups: int) -> Tensor:
    """Give each group a matrix: (O, I / G, kh, kw) to (G, k * I / G, O / G)."""
    grouped = weight.unflatten(0, (groups, -1))
    return grouped.permute(0, 3, 4, 2, 1).flatten(1, 3)


def _shifts_by_position(shift: Tensor, deform_groups: int) -> Tensor:
    """View (B, 2Dk, H', W') as (B, H' * W', k, D, 2)."""
    parts = shift.flatten(2).unflatten(1, (deform_groups, -1, 2))
    return parts.permute(0, 4, 2, 1, 3)


def _masks_by_position(mask: Tensor, deform_groups: int) -> Tensor:
    """View (B, Dk, H', W') as (B, H' * W', k, D)."""
    return mask.flatten(2).unflatten(1, (deform_groups, -1)).permute(0, 3, 2, 1)
