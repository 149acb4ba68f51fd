"""A neck that concatenates all levels."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F  # noqa: N812
from mmengine.model import BaseModule
from torch import Tensor

from fairmot_mm.registry import MODELS


@MODELS.register_module()
class ConcatNeck(BaseModule):
    """Resize every map to the size of the first one and concatenate them.

    It has no weights. It is the neck of FairMOT's HRNets. After a feature pyramid
    (``neck=[dict(type='FPN', ...), dict(type='ConcatNeck')]``) it gives the heads every
    level in one map. mmdet's ``HRFPN`` also resizes and concatenates, but it adds
    convolutions that the published network does not have.
    """

    def forward(self, inputs: Sequence[Tensor]) -> tuple[Tensor]:
        """Resize with bilinear interpolation and concatenate.

        Args:
            inputs: Maps (B, C_k, H_k, W_k), the finest first.

        Returns:
            One map (B, sum(C_k), H_0, W_0).
        """
        size = inputs[0].shape[-2:]
        resized = [F.interpolate(x, size, mode='bilinear') for x in inputs[1:]]
        return (torch.cat([inputs[0], *resized], dim=1),)
