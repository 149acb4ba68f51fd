"""The branch that embeds every cell, which all Re-ID heads have."""

from abc import ABCMeta, abstractmethod
from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F  # noqa: N812
from mmengine.model import BaseModule
from torch import Tensor, nn

from fairmot_mm.models.layers.head_branch import head_branch
from fairmot_mm.models.utils.center_targets import CenterTargets
from fairmot_mm.models.utils.single_precision import (
    in_single_precision,
    without_autocast,
)
from fairmot_mm.registry import MODELS
from fairmot_mm.utils.errors import ConfigError


class KnownPeople(NamedTuple):
    """The objects of a batch whose identity is known.

    Attributes:
        embeds: (P, D) embeddings of unit length, in single precision.
        ids: (P,) int64 identities.
        labels: (P,) int64 classes.
    """

    embeds: Tensor
    ids: Tensor
    labels: Tensor


class BaseReIDHead(BaseModule, metaclass=ABCMeta):
    """An embedding for every cell; a subclass says what the embeddings learn from.

    Letters: B images, D embedding width, H x W map of stride 4.

    Args:
        in_channels: Channels of the feature map.
        feat_channels: Channels between the two convolutions; 0 for a single 1 x 1.
        embed_dims: D.
        act_cfg: Activation of the branch, ReLU by default.
        branch_init: Start of the branch, ``weight_std`` and ``std_of_output_only`` of
            `head_branch`.
        loss_distill: Loss of embeddings (P, D) and those of a teacher (P, E), such as
            `SimilarityDistillLoss`; it needs ``teacher_embeds`` of `JDEDataset`.
        init_cfg: mmengine initialisation.
    """

    def __init__(
        self,
        in_channels: int = 64,
        feat_channels: int = 256,
        embed_dims: int = 128,
        act_cfg: dict | None = None,
        branch_init: dict | None = None,
        loss_distill: dict | None = None,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg=init_cfg)
        self.embed_dims = embed_dims
        self.loss_distill: Any = None
        if loss_distill is not None:
            self.loss_distill = MODELS.build(loss_distill)
        options = dict(act_cfg=act_cfg, **(branch_init or {}))
        self.embedding = head_branch(in_channels, feat_channels, embed_dims, **options)

    def forward(self, x: Sequence[Tensor]) -> Tensor:
        """Embed every cell of a feature map.

        Args:
            x: Feature maps; the first one is used, (B, in_channels, H, W).

        Returns:
            (B, D, H, W) embeddings before normalisation.
        """
        return self.embedding(x[0])

    def loss(self, x: Sequence[Tensor], targets: CenterTargets) -> dict[str, Tensor]:
        """Embed the cells and compute the losses of the objects of a batch.

        Args:
            x: See `forward`.
            targets: See `loss_by_feat`.

        Returns:
            See `loss_by_people`.
        """
        return self.loss_by_feat(self(x), targets)

    def loss_by_feat(
        self, embedding: Tensor, targets: CenterTargets
    ) -> dict[str, Tensor]:
        """Compute the losses of the objects whose identity is known.

        Args:
            embedding: (B, D, H, W) embeddings before normalisation.
            targets: Targets of the same batch; objects with id -1 are left out.

        Returns:
            See `loss_by_people`; with `loss_distill` also ``loss_distill`` of the
            objects that the teacher has embedded, 0 if there are none.

        Raises:
            ConfigError: The data has embeddings of a teacher and the head has no loss
                for them, or the reverse.
        """
        with without_autocast(embedding):
            (known,) = (targets.ids >= 0).nonzero(as_tuple=True)
            embeds = in_single_precision(targets.gather(embedding)[known])
            ids, labels = targets.ids[known], targets.labels[known]
            losses = self.loss_by_people(KnownPeople(F.normalize(embeds), ids, labels))
            teacher = targets.teacher_embeds
            if (teacher is None) != (self.loss_distill is None):
                raise ConfigError(
                    'teacher_embeds of each data set and reid_head.loss_distill go '
                    f'together, and {"the first" if teacher is None else "the second"} '
                    'is not set: set both or neither'
                )
            if teacher is not None:
                distilled = self._distill(targets.gather(embedding), teacher)
                losses['loss_distill'] = distilled
            return losses

    def _distill(self, embeds: Tensor, teacher: Tensor) -> Tensor:
        """Loss of the P objects whose row of the teacher (P, E) is not zero."""
        (known,) = teacher.any(dim=1).nonzero(as_tuple=True)
        pairs = (in_single_precision(values[known]) for values in (embeds, teacher))
        return self.loss_distill(*map(F.normalize, pairs))

    @abstractmethod
    def loss_by_people(self, people: KnownPeople) -> dict[str, Tensor]:
        """Compute the losses of objects; mixed precision is off.

        Args:
            people: The objects of the batch whose identity is known. There may be none;
                the losses are then 0 and still have a graph, so that every parameter
                has a gradient.

        Returns:
            Losses by name, scalars; names begin with ``loss_``.
        """

    def predict_by_feat(self, embedding: Tensor, cell_inds: Tensor) -> Tensor:
        """Read the embeddings of detections.

        Args:
            embedding: (B, D, H, W) embeddings before normalisation.
            cell_inds: (B, k) int64 cell ``y * W + x`` of every detection.

        Returns:
            (B, k, D) embeddings of unit length.
        """
        index = cell_inds[:, None].expand(-1, embedding.shape[1], -1)
        embeds = torch.gather(embedding.flatten(2), 2, index)
        return F.normalize(embeds.float(), dim=1).transpose(1, 2)

    @property
    def can_embed_cells(self) -> bool:
        """Whether `embed_cells` fits: the branch is as `head_branch` makes it.

        A subclass with a `forward` of its own, or with other layers in its branch, has
        to embed every cell.
        """
        first, *others = self.embedding.children()
        return (
            type(self).forward is BaseReIDHead.forward
            and isinstance(first, nn.Conv2d)
            and _fits_cells(first, first.kernel_size[0])
            and all(_fits_cells(layer, 1) for layer in others)
        )

    def embed_cells(self, x: Sequence[Tensor], cell_inds: Tensor) -> Tensor:
        """Embed the cells of detections alone, and no others.

        The result is that of `forward` and `predict_by_feat`, up to rounding. A map has
        far more cells than detections, so that the branch needs a fraction of the time.
        Exported networks do this where they can (see `can_embed_cells`).

        Args:
            x: See `forward`.
            cell_inds: See `predict_by_feat`.

        Returns:
            See `predict_by_feat`.
        """
        values = x[0]
        for layer in self.embedding.children():
            if isinstance(layer, nn.Conv2d):
                if values is x[0]:
                    values = _neighbourhoods(values, cell_inds, layer.kernel_size[0])
                # Values lie cell by cell, and in a cell channel by channel.
                values = values @ layer.weight.permute(2, 3, 1, 0).flatten(0, 2)
                values = values if layer.bias is None else values + layer.bias
            else:
                values = layer(values)
        return F.normalize(values.float(), dim=2)


def _fits_cells(layer: nn.Module, size: int) -> bool:
    """Whether a layer makes a cell of ``size`` x ``size`` cells around it, or of it."""
    if type(layer) is not nn.Conv2d:
        return not layer.state_dict()  # an activation, and no normalisation
    return (
        layer.kernel_size == (size, size)
        and layer.padding == (size // 2, size // 2)
        and layer.stride == layer.dilation == (1, 1)
        and layer.groups == 1
        and layer.padding_mode == 'zeros'
    )


def _neighbourhoods(x: Tensor, cell_inds: Tensor, size: int) -> Tensor:
    """Read the neighbourhoods of cells, as a convolution with zero padding does.

    Args:
        x: (B, C, H, W) feature map.
        cell_inds: (B, k) int64 cells ``y * W + x``, the middles of the neighbourhoods.
        size: Side of a neighbourhood in cells, odd.

    Returns:
        (B, k, size * size * C), row by row, and in a cell channel by channel.
    """
    # (B, H + size - 1, W + size - 1, C): all values of a cell lie next to each other.
    padded = F.pad(x, [size // 2] * 4).permute(0, 2, 3, 1)
    images, height, width = padded.shape[:3]
    steps = torch.arange(size, device=x.device)
    around = (steps[:, None] * width + steps).flatten()  # (size * size,)
    first = cell_inds // x.shape[3] * width + cell_inds % x.shape[3]  # (B, k)
    first = first + torch.arange(images, device=x.device)[:, None] * (height * width)
    index = first[..., None] + around  # (B, k, size * size)
    return padded.flatten(0, 2)[index].flatten(2)
