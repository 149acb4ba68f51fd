"""The triplet loss of the hardest pairs of a batch."""

import torch
from torch import Tensor, nn

from fairmot_mm.registry import MODELS
from fairmot_mm.utils.contracts import require_range


@MODELS.register_module()
class HardTripletLoss(nn.Module):
    """Triplet loss with the hardest pairs of a batch (Hermans et al., 2017, eq. 5).

    Every object is compared with the farthest object of its own identity and the
    nearest one of another identity: the former must be nearer than the latter by a
    margin. mmdet's ``TripletLoss`` does the same in a loop over objects and raises an
    error where all objects have one identity; this loss is then 0.

    Args:
        margin: Margin between the two distances. Distances of embeddings of unit
            length are between 0 and 2.
        loss_weight: Factor on the loss.

    Raises:
        ConfigError: `margin` is negative or above 2.
    """

    def __init__(self, margin: float = 0.3, loss_weight: float = 1.0) -> None:
        super().__init__()
        require_range(**{'HardTripletLoss.margin': margin}, low=0, high=2)
        self.margin = margin
        self.loss_weight = loss_weight

    def forward(self, embeds: Tensor, ids: Tensor) -> Tensor:
        """Compute the loss of a batch.

        Args:
            embeds: (P, D) embeddings of unit length, P at least 1.
            ids: (P,) int64 identities.

        Returns:
            Scalar: mean over the objects that have a pair of both kinds, 0 without any.
        """
        squared = 2 - 2 * embeds @ embeds.T
        # The root has no finite slope at 0.
        distance = squared.clamp(min=1e-12).sqrt()
        same = ids[:, None] == ids
        positive = same & ~torch.eye(len(ids), dtype=torch.bool, device=ids.device)
        farthest = distance.masked_fill(~positive, 0).amax(dim=1)
        nearest = distance.masked_fill(same, torch.inf).amin(dim=1)
        compared = positive.any(dim=1) & ~same.all(dim=1)
        losses = (self.margin + farthest - nearest).clamp(min=0) * compared
        return self.loss_weight * losses.sum() / compared.sum().clamp(min=1)
