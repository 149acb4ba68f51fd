"""The deformable convolution of a CPU and its gradient, as operators of PyTorch."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from fairmot_mm.models.layers.sample_corners import (
    find_corners,
    masks_by_position,
    shifts_by_position,
)


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
        for image, part, corners in find_corners(x, shift, mask, weight, *place):
            columns = corners.sample(table[image], groups)
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
    shift_rows = shifts_by_position(grad_shift, deform_groups)
    mask_rows = masks_by_position(grad_mask, deform_groups)
    place = stride, padding, dilation, deform_groups
    with torch.autocast(x.device.type, enabled=False):
        for image, part, corners in find_corners(x, shift, mask, weight, *place):
            grad_part = grad_rows[image, :, part]  # (G, n, O / G)
            columns = corners.sample(table[image], groups)
            grad_kernel += columns.mT @ grad_part
            grad_columns = (grad_part @ kernel.mT).transpose(0, 1)
            samples = grad_columns.unflatten(2, (-1, weight.shape[1])).transpose(1, 2)
            samples = samples.reshape(-1, table.shape[2])  # (n * k * D, I / D)
            corners.add_to_rows(grad_table[image], samples)
            shift_rows[image, part], mask_rows[image, part] = corners.gradients(
                table[image], samples
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
