"""The detection head: heatmap of centres, box size, offset inside the cell."""

from collections.abc import Sequence
from dataclasses import replace

import torch
from mmengine.model import BaseModule
from mmengine.structures import InstanceData
from torch import Tensor, nn

from fairmot_mm.models.layers.head_branch import head_branch
from fairmot_mm.models.utils.center_targets import CenterTargets, center_targets
from fairmot_mm.models.utils.decode import (
    CenterDetections,
    DecodeSettings,
    decode_maps,
    rescale_bboxes,
)
from fairmot_mm.models.utils.single_precision import (
    in_single_precision,
    without_autocast,
)
from fairmot_mm.registry import MODELS
from fairmot_mm.utils.contracts import require_choice

SIZE_CHANNELS = {'ltrb': 4, 'wh': 2}
# Distance that the sigmoid keeps from 0 and 1, so that its logarithm stays finite.
PROBABILITY_MARGIN = 1e-4
# First value of the heatmap's bias: every cell starts with probability 0.1.
HEATMAP_BIAS = -2.19


@MODELS.register_module()
class CenterHead(BaseModule):
    """Heatmap, box size and centre offset on a stride-4 map (FairMOT section 3.2).

    mmdet's ``CenterNetHead`` predicts width and height of a box only; this head also
    predicts the four distances of FairMOT, and computes targets and losses without a
    loop over objects. Losses are computed in single precision, in mixed precision too.
    Letters: B images, C channels, K classes, H x W stride-4 map, P
    objects.

    Args:
        num_classes: Channels of the heatmap.
        in_channels: Channels of the feature map.
        feat_channels: Channels between the two convolutions of a branch; 0 for a
            single 1 x 1 convolution.
        size_type: ``'ltrb'`` predicts the distances from the centre to the four sides,
            ``'wh'`` predicts width and height.
        with_offset: Whether the offset inside the cell is predicted. Without it a
            centre lies in the middle of its cell.
        heatmap_sigma: With ``None``, the Gaussians fit the boxes, and `loss_heatmap`
            reads the clamped sigmoid and is divided by the number of peaks. With a
            number (published: 6), it is the standard deviation of all Gaussians in
            cells, and `loss_heatmap` reads the raw logits and is divided by the number
            of cells, as published with ``--mse_loss``.
        loss_heatmap: Focal loss by default.
        loss_size: L1 loss with weight 0.1 by default.
        loss_offset: L1 loss by default.
        average_components: ``True`` divides a regression loss by the number of values
            (4P or 2P), as published with ``--reg_loss l1``; ``False`` divides by P, as
            with ``--reg_loss sl1``.
        max_objs: Largest number of objects of an image that are trained on. ``None``
            keeps all; the published code drops those beyond 500.
        act_cfg: Activation of the branches, ReLU by default.
        branch_init: ``weight_std`` and ``std_of_output_only`` of `head_branch` for size
            and offset; the heatmap branch keeps PyTorch's initialisation.
        test_cfg: Keyword arguments of `DecodeSettings`.
        init_cfg: mmengine initialisation.

    Raises:
        ConfigError: `size_type` is unknown.
    """

    stride = 4

    def __init__(
        self,
        num_classes: int = 1,
        in_channels: int = 64,
        feat_channels: int = 256,
        size_type: str = 'ltrb',
        with_offset: bool = True,
        heatmap_sigma: float | None = None,
        loss_heatmap: dict | None = None,
        loss_size: dict | None = None,
        loss_offset: dict | None = None,
        average_components: bool = True,
        max_objs: int | None = None,
        act_cfg: dict | None = None,
        branch_init: dict | None = None,
        test_cfg: dict | None = None,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg=init_cfg)
        require_choice('size_type', size_type, SIZE_CHANNELS)
        self.num_classes = num_classes
        self.size_type = size_type
        self.heatmap_sigma = heatmap_sigma
        self.average_components = average_components
        self.max_objs = max_objs
        self.decode_settings = DecodeSettings(**(test_cfg or {}))

        self.heatmap = head_branch(
            in_channels, feat_channels, num_classes, bias=None, act_cfg=act_cfg
        )
        nn.init.constant_(self.heatmap[-1].get_parameter('bias'), HEATMAP_BIAS)
        options = dict(act_cfg=act_cfg, **(branch_init or {}))
        sides = SIZE_CHANNELS[size_type]
        self.size = head_branch(in_channels, feat_channels, sides, **options)
        self.offset = None
        if with_offset:
            self.offset = head_branch(in_channels, feat_channels, 2, **options)

        self.loss_heatmap = MODELS.build(loss_heatmap or {'type': 'GaussianFocalLoss'})
        loss_size = loss_size or {'type': 'L1Loss', 'loss_weight': 0.1}
        self.loss_size = MODELS.build(loss_size)
        self.loss_offset = MODELS.build(loss_offset or {'type': 'L1Loss'})

    def forward(self, x: Sequence[Tensor]) -> dict[str, Tensor]:
        """Predict the maps from the first, stride-4, feature map of ``x``.

        Args:
            x: Feature maps; the first is (B, C, H, W).

        Returns:
            ``heatmap`` (B, K, H, W) logits, ``size`` (B, 4 or 2, H, W) in cells and,
            with offsets, ``offset`` (B, 2, H, W) in cells.
        """
        maps = {'heatmap': self.heatmap(x[0]), 'size': self.size(x[0])}
        if self.offset is not None:
            maps['offset'] = self.offset(x[0])
        return maps

    def get_targets(
        self,
        batch_gt_instances: Sequence[InstanceData],
        feat_size: tuple[int, int],
        batch_gt_instances_ignore: Sequence[InstanceData | None] = (),
    ) -> CenterTargets:
        """Compute the targets of a batch, see `center_targets`.

        Args:
            batch_gt_instances: Ground truth of B images: ``bboxes`` (N, 4) xyxy in
                pixels of the network's input, ``labels``, ``instances_ids``.
            feat_size: Height and width of the maps in cells.
            batch_gt_instances_ignore: Ignore regions, see `center_targets`.

        Returns:
            The targets, shared by this head and the Re-ID head.
        """
        return center_targets(
            batch_gt_instances,
            (self.num_classes, *feat_size),
            self.stride,
            self.size_type,
            self.heatmap_sigma,
            self.max_objs,
            batch_gt_instances_ignore,
        )

    def loss(self, x: Sequence[Tensor], targets: CenterTargets) -> dict[str, Tensor]:
        """Predict the maps and compute their losses.

        Args:
            x: Feature maps; the first is (B, C, H, W).
            targets: Targets of the same batch.

        Returns:
            The losses of `loss_by_feat`.
        """
        return self.loss_by_feat(**self(x), targets=targets)

    def loss_by_feat(
        self,
        heatmap: Tensor,
        size: Tensor,
        targets: CenterTargets,
        offset: Tensor | None = None,
    ) -> dict[str, Tensor]:
        """Compute the losses of predicted maps.

        Args:
            heatmap: (B, K, H, W) logits.
            size: (B, 4 or 2, H, W) in cells.
            targets: Targets of the same batch.
            offset: (B, 2, H, W) in cells.

        Returns:
            ``loss_heatmap``, ``loss_size`` and, with offsets, ``loss_offset``: scalars,
            each multiplied by the weight of its loss. Without objects the last two are
            0.
        """
        with without_autocast(heatmap):
            heatmap = in_single_precision(heatmap)
            losses = {'loss_heatmap': self._heatmap_loss(heatmap, targets)}
            for name, feat in (('size', size), ('offset', offset)):
                if feat is not None:
                    # At the cells of the objects; two objects on one cell both count.
                    pred = in_single_precision(targets.gather(feat))
                    target = getattr(targets, name)
                    total = target.numel() if self.average_components else len(target)
                    loss = getattr(self, f'loss_{name}')
                    losses[f'loss_{name}'] = loss(pred, target, avg_factor=total + 1e-4)
        return losses

    def _heatmap_loss(self, heatmap: Tensor, targets: CenterTargets) -> Tensor:
        """Loss of (B, K, H, W) logits; cells of ignore regions do not count."""
        target, weight = targets.heatmap, targets.heatmap_weight
        if self.heatmap_sigma is not None:
            count = torch.tensor(target.numel())
            return self.loss_heatmap(heatmap, target, weight=weight, avg_factor=count)
        probability = heatmap.sigmoid()
        probability = probability.clamp(PROBABILITY_MARGIN, 1 - PROBABILITY_MARGIN)
        count = target.eq(1).sum().clamp(min=1)
        return self.loss_heatmap(probability, target, weight=weight, avg_factor=count)

    def predict_by_feat(
        self,
        heatmap: Tensor,
        size: Tensor,
        batch_img_metas: Sequence[dict],
        offset: Tensor | None = None,
    ) -> CenterDetections:
        """Decode maps into detections.

        Args:
            heatmap: (B, K, H, W) logits.
            size: (B, 4 or 2, H, W) in cells.
            batch_img_metas: B metainfos, see `rescale_bboxes`.
            offset: (B, 2, H, W) in cells.

        Returns:
            Detections with boxes xyxy in pixels of the original frames.
        """
        if offset is not None:
            offset = offset.float()
        found = decode_maps(
            heatmap.float(), size.float(), offset, self.decode_settings, self.stride
        )
        height, width = (side * self.stride for side in heatmap.shape[-2:])
        rescale = self.decode_settings.rescale
        bboxes = rescale_bboxes(found.bboxes, batch_img_metas, (height, width), rescale)
        return replace(found, bboxes=bboxes)
