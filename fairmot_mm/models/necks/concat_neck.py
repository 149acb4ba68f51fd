"""All levels side by side."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F  # noqa: N812
from mmengine.model import BaseModule
from torch import Tensor

from fairmot_mm.registry import MODELS


@MODELS.register_module()
class ConcatNeck(BaseModule):
    """Every map resized to the first one, then concatenated; no weights.

    Neck of FairMOT's HRNets. After a pyramid (``neck=[dict(type='FPN', ...),
    dict(type='ConcatNeck')]``) it lets the heads read every level.
    """

    def forward(self, inputs: Sequence[Tensor]) -> tuple[Tensor]:
        """Map (B, C_k, H_k, W_k) to one (B, sum(C_k), H_0, W_0), bilinear."""
        size = inputs[0].shape[-2:]
        resized = [
            F.interpolate(x, size=size, mode='bilinear', align_corners=False)
            for x in inputs[1:]
        ]
        return (torch.cat([inputs[0], *resized], dim=1),)
