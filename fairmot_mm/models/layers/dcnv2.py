"""The layer of the deformable convolution."""

from collections.abc import Sequence

import torch
from mmcv.ops import ModulatedDeformConv2dPack, modulated_deform_conv2d
from torch import Tensor

from fairmot_mm.models.layers.deform_conv2d import deform_conv2d
from fairmot_mm.registry import MODELS


@MODELS.register_module()
class DCNv2(ModulatedDeformConv2dPack):
    """Modulated deformable convolution (Zhu et al., CVPR 2019).

    It has the parameters, the initialisation and the results of mmcv's layer, and the
    arguments of ``mmcv.ops.ModulatedDeformConv2dPack``. On CUDA it runs mmcv's
    operator, elsewhere `deform_conv2d`. It does three things better:

    - On a CPU, `deform_conv2d` needs a fraction of the time of mmcv's operator, above
      all for the gradient.
    - mmcv's operator reads every tensor as if it were contiguous. This layer makes its
      inputs contiguous, so that a network can run and train in ``channels_last``.
    - mmcv's operator computes positions in the type of the map. It does not support
      bfloat16, and float16 has steps of a quarter of a pixel beyond 256. This layer
      gives it float32, in mixed precision too. `deform_conv2d` gets float32 in
      training.
    """

    def forward(self, x: Tensor) -> Tensor:
        """Apply the convolution.

        Args:
            x: (B, I, H, W) map.

        Returns:
            (B, O, H', W') map.
        """
        offset = self.conv_offset(x)
        precise = torch.promote_types(offset.dtype, torch.float32)
        taps = self.deform_groups * self.weight[0, 0].numel()
        shift, mask = offset.to(precise).split([2 * taps, taps], dim=1)
        # Our operator reads maps of every type, but a gradient shall be precise.
        reads_x = not x.is_cuda and not torch.is_grad_enabled()
        operator = mmcv_deform_conv2d if x.is_cuda else deform_conv2d
        out = operator(
            x if reads_x else x.to(precise),
            shift,
            mask.sigmoid(),
            self.weight,
            self.bias,
            self.stride,
            self.padding,
            self.dilation,
            self.groups,
            self.deform_groups,
        ).to(offset.dtype)
        last = x.is_contiguous(memory_format=torch.channels_last)
        return out if last or x.is_cuda else out.contiguous()


def mmcv_deform_conv2d(
    x: Tensor,
    shift: Tensor,
    mask: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    *place: Sequence[int] | int,
) -> Tensor:
    """Call mmcv's operator, which needs contiguous tensors of one type.

    Args:
        x: (B, I, H, W) of at least the precision of float32, and so are the others.
        shift: See `deform_conv2d`.
        mask: See there.
        weight: See there; of any type.
        bias: See there; of any type.
        place: Stride, padding, dilation, groups and deform groups.

    Returns:
        (B, O, H', W'), contiguous.
    """
    tensors = (x, shift, mask, weight, bias)
    same = (t if t is None else t.to(x.dtype).contiguous() for t in tensors)
    return modulated_deform_conv2d(*same, *place)
