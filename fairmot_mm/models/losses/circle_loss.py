"""The circle loss of the pairs of a batch."""

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from fairmot_mm.registry import MODELS
from fairmot_mm.utils.contracts import require_range


@MODELS.register_module()
class CircleLoss(nn.Module):
    """Circle loss (Sun et al., CVPR 2020, equation 6) of all pairs of a batch.

    Every object is compared with all objects of its own identity and with all of other
    identities, by cosine similarity. A pair counts the more, the farther its similarity
    is from the optimum.

    Args:
        margin: The relaxation m: similarities should exceed 1 - m within an identity
            and stay below m between identities.
        gamma: Scale of the similarities.
        loss_weight: Factor on the loss.

    Raises:
        ConfigError: `margin` is not between 0 and 1, or `gamma` is not above 0.
    """

    def __init__(
        self, margin: float = 0.25, gamma: float = 64.0, loss_weight: float = 1.0
    ) -> None:
        super().__init__()
        require_range(**{'CircleLoss.margin': margin}, low=0, high=1)
        require_range(**{'CircleLoss.gamma': gamma}, above=0)
        self.margin = margin
        self.gamma = gamma
        self.loss_weight = loss_weight

    def forward(self, embeds: Tensor, ids: Tensor) -> Tensor:
        """Compute the loss of a batch.

        Args:
            embeds: (P, D) embeddings of unit length, P at least 1.
            ids: (P,) int64 identities.

        Returns:
            Scalar: mean over the objects that have a pair of both kinds, 0 without any.
        """
        similarity = embeds @ embeds.T
        same = ids[:, None] == ids
        positive = same & ~torch.eye(len(ids), dtype=torch.bool, device=ids.device)
        weight = similarity.detach()
        pull = (1 + self.margin - weight).clamp(min=0) * (1 - self.margin - similarity)
        push = (weight + self.margin).clamp(min=0) * (similarity - self.margin)
        # Not -inf: an object without such a pair would have the gradient NaN.
        absent = torch.finfo(similarity.dtype).min / 4
        pulls = (self.gamma * pull).masked_fill(~positive, absent).logsumexp(dim=1)
        pushes = (self.gamma * push).masked_fill(same, absent).logsumexp(dim=1)
        compared = positive.any(dim=1) & ~same.all(dim=1)
        losses = F.softplus(pulls + pushes) * compared
        return self.loss_weight * losses.sum() / compared.sum().clamp(min=1)
