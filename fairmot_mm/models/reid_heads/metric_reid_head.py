"""Identity embeddings that learn from their distances, without a classifier."""

from torch import Tensor

from fairmot_mm.models.reid_heads.base_reid_head import BaseReIDHead, KnownPeople
from fairmot_mm.registry import MODELS


@MODELS.register_module()
class MetricReIDHead(BaseReIDHead):
    """An embedding for every cell, trained by distances between the objects of a batch.

    It has no classifier, so it needs no number of identities, and its size does not
    grow with the training data. A batch must show identities several times: use it with
    `fairmot_mm.datasets.IdentityBatchSampler`. In a training of several processes, each
    compares the objects of its own images.

    Args:
        in_channels: Channels of the feature map.
        feat_channels: Channels between the two convolutions; 0 for a single 1 x 1.
        embed_dims: Width of an embedding.
        loss_metric: Loss of embeddings (P, D) and identities (P,): `HardTripletLoss` by
            default, or `CircleLoss`.
        act_cfg: Activation of the branch, ReLU by default.
        branch_init: Start of the branch, see `BaseReIDHead`.
        loss_distill: See `BaseReIDHead`.
        init_cfg: mmengine initialisation.
    """

    def __init__(
        self,
        in_channels: int = 64,
        feat_channels: int = 256,
        embed_dims: int = 128,
        loss_metric: dict | None = None,
        act_cfg: dict | None = None,
        branch_init: dict | None = None,
        loss_distill: dict | None = None,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(
            in_channels,
            feat_channels,
            embed_dims,
            act_cfg,
            branch_init,
            loss_distill,
            init_cfg,
        )
        self.loss_metric = MODELS.build(loss_metric or {'type': 'HardTripletLoss'})

    def loss_by_people(self, people: KnownPeople) -> dict[str, Tensor]:
        """Compare the objects of a batch.

        Args:
            people: The objects whose identity is known.

        Returns:
            ``loss_metric``, 0 where no identity occurs twice.
        """
        if len(people.ids):
            loss = self.loss_metric(people.embeds, people.ids)
        else:
            loss = people.embeds.sum()  # 0, through which gradients flow
        return {'loss_metric': loss}
