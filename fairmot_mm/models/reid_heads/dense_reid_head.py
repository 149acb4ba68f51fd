"""Identity embeddings on the feature map, and the classifier that trains them."""

import math
from collections.abc import Sequence
from typing import Any, Literal

import torch.nn.functional as F  # noqa: N812
from mmengine.logging import print_log
from torch import Tensor, nn

from fairmot_mm.models.reid_heads.base_reid_head import BaseReIDHead, KnownPeople
from fairmot_mm.registry import MODELS
from fairmot_mm.utils.contracts import require_choice
from fairmot_mm.utils.errors import CheckpointError, ConfigError

CROSS_ENTROPY = {'type': 'CrossEntropyLoss'}


@MODELS.register_module()
class DenseReIDHead(BaseReIDHead):
    """An embedding for every cell, trained by classifying identities.

    See FairMOT, section 3.3. The classifier and its loss compute in single precision,
    in mixed precision too. The classifier is part of the module, so checkpoints hold
    it (the published files do not). Where `num_ids` is unknown, the classifier is built
    from its shape in a checkpoint, so tracking needs no count.

    Letters: B images, D embedding width, H x W map of stride 4, P objects, N
    identities.

    Args:
        num_ids: Identities to classify. ``None``: taken from the training data
            (`fairmot_mm.apis.set_num_ids`, called by ``tools/train.py``) or from a
            loaded checkpoint. The published count is the sum of the largest id + 1 of
            every source, + 1: one class stays unused. Without `joint_classes` a list of
            the numbers of every class, whose ids follow each other class by class.
        in_channels: Channels of the feature map.
        feat_channels: Channels between the two convolutions; 0 for a single 1 x 1.
        embed_dims: D.
        emb_scale: Factor on the normalised embedding before the classifier; ``None`` is
            the published ``sqrt(2) * ln(num_ids - 1)``.
        loss_id: Cross-entropy by default; a sigmoid loss (``FocalLoss``) starts the
            classifier at probability 0.01.
        classifier_cfg: Config of a classifier that computes its own loss, such as
            `PartialClassifier` for very many identities; it uses the ``loss_weight`` of
            `loss_id`, which must be a cross-entropy. ``None``: ``nn.Linear``.
        joint_classes: Whether an object is distinguished from the objects of all
            classes or, with ``False``, only from those of its own class. Then each
            class has its own classifier and loss; the classifiers are rows of one
            layer, class by class.
        on_classifier_mismatch: What to do with a loaded classifier of another number of
            identities: ``'error'``, or ``'reinit'`` to start a new one, for fine-tuning
            on other people.
        act_cfg: Activation of the branch, ReLU by default.
        branch_init: Start of the branch, ``weight_std`` and ``std_of_output_only`` of
            `head_branch`.
        loss_distill: See `BaseReIDHead`.
        init_cfg: mmengine initialisation.

    Raises:
        ConfigError: An option is unknown, or two options do not fit together.
    """

    def __init__(
        self,
        num_ids: int | Sequence[int] | None = None,
        in_channels: int = 64,
        feat_channels: int = 256,
        embed_dims: int = 128,
        emb_scale: float | None = None,
        loss_id: dict | None = None,
        classifier_cfg: dict | None = None,
        joint_classes: bool = True,
        on_classifier_mismatch: Literal['error', 'reinit'] = 'error',
        act_cfg: dict | None = None,
        branch_init: dict | None = None,
        loss_distill: dict | None = None,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        mismatch = ('error', 'reinit')
        require_choice('on_classifier_mismatch', on_classifier_mismatch, mismatch)
        kind = {k: v for k, v in (loss_id or {}).items() if k != 'loss_weight'}
        if classifier_cfg is not None and kind not in ({}, CROSS_ENTROPY):
            raise ConfigError(
                f'{classifier_cfg["type"]} computes its own cross-entropy and cannot '
                f'use loss_id={loss_id}: set only its loss_weight'
            )
        super().__init__(
            in_channels,
            feat_channels,
            embed_dims,
            act_cfg,
            branch_init,
            loss_distill,
            init_cfg,
        )
        self.emb_scale = emb_scale
        self.joint_classes = joint_classes
        self.on_classifier_mismatch = on_classifier_mismatch
        self.classifier_cfg = classifier_cfg
        self.loss_id = MODELS.build(loss_id or CROSS_ENTROPY)
        self.classifier: Any = None  # until the identities are counted
        self.num_ids_per_class: list[int] | None = None
        if isinstance(num_ids, int) != joint_classes and num_ids is not None:
            raise ConfigError(
                f'num_ids = {num_ids!r} must be one number with joint_classes=True, '
                'and a list of those of every class with joint_classes=False'
            )
        if isinstance(num_ids, int):
            self._build_classifier(num_ids)
        elif num_ids is not None:
            self.num_ids_per_class = list(num_ids)
            self._build_classifier(sum(num_ids))

    @property
    def num_ids(self) -> int | None:
        """Number of classes of the classifier, ``None`` before it is built."""
        return self.classifier.out_features if self.classifier is not None else None

    def _build_classifier(self, num_ids: int) -> None:
        weight = next(self.embedding.parameters())
        sizes = {'in_features': self.embed_dims, 'out_features': num_ids}
        if self.classifier_cfg is not None:
            classifier = MODELS.build({**sizes, **self.classifier_cfg})
            self.classifier = classifier.to(weight.device)
            return
        self.classifier = nn.Linear(self.embed_dims, num_ids).to(weight.device)
        if getattr(self.loss_id, 'use_sigmoid', False):
            nn.init.normal_(self.classifier.weight, std=0.01)
            nn.init.constant_(self.classifier.bias, -math.log(99))

    def _load_from_state_dict(
        self, state_dict: dict[str, Any], prefix: str, *args: Any, **kwargs: Any
    ) -> None:
        """Fit the classifier to the one that is being loaded, or say why it differs."""
        weight = state_dict.get(f'{prefix}classifier.weight')
        if weight is not None and self.classifier is None:
            self._build_classifier(weight.shape[0])
        elif weight is not None and weight.shape != (self.num_ids, self.embed_dims):
            self._keep_own_classifier(weight.shape)
            for name, value in self.classifier.state_dict().items():
                state_dict[f'{prefix}classifier.{name}'] = value
        super()._load_from_state_dict(state_dict, prefix, *args, **kwargs)

    def _keep_own_classifier(self, loaded: Sequence[int]) -> None:
        """Log that a loaded classifier of another shape is left out, or refuse it."""
        if self.on_classifier_mismatch == 'error':
            raise CheckpointError(
                f'the checkpoint classifies {loaded[0]} identities by {loaded[1]} '
                f'numbers, the training data and config {self.num_ids} by '
                f'{self.embed_dims}. To fine-tune on other people set '
                'model.detector.reid_head.on_classifier_mismatch=reinit; to resume, '
                'use the data the run was started with'
            )
        print_log(
            f'classifier of {loaded[0]} identities left out, a new classifier of '
            f'{self.num_ids} identities starts from random weights',
            'current',
        )

    def loss_by_people(self, people: KnownPeople) -> dict[str, Tensor]:
        """Classify objects.

        Args:
            people: The objects of a batch whose identity is known.

        Returns:
            ``loss_id``, the mean over the objects, 0 where none has an identity (the
            published loss is NaN there). Without `joint_classes` ``loss_id_0``,
            ``loss_id_1`` ... over the objects of each class.

        Raises:
            ConfigError: The number of identities was never set.
        """
        counts = self.num_ids_per_class
        if self.classifier is None or (counts is None and not self.joint_classes):
            raise ConfigError(
                'the number of identities is unknown: train through tools/train.py, '
                'call fairmot_mm.apis.set_num_ids(cfg), or set '
                'model.detector.reid_head.num_ids'
            )
        embeds, ids, labels = people
        if counts is None:
            rows = slice(0, self.classifier.out_features)
            return {'loss_id': self._classify(embeds, ids, rows)}
        losses, first = {}, 0
        for label, count in enumerate(counts):
            rows = slice(first, first + count)
            if count:  # a class without identities has nothing to classify
                (own,) = (labels == label).nonzero(as_tuple=True)
                loss = self._classify(embeds[own], ids[own] - first, rows)
                losses[f'loss_id_{label}'] = loss
            first += count
        return losses

    def _classify(self, embeds: Tensor, ids: Tensor, rows: slice) -> Tensor:
        """Mean loss of (P, D) unit embeddings among some rows of the classifier."""
        scaled = self._scale(rows.stop - rows.start) * embeds
        if self.classifier_cfg is not None:
            loss = self.classifier(scaled, ids, rows).sum() / max(len(ids), 1)
            return self.loss_id.loss_weight * loss
        weight, bias = self.classifier.weight[rows], self.classifier.bias[rows]
        dtype = scaled.dtype
        logits = F.linear(scaled, weight.to(dtype), bias.to(dtype))
        # The empty selection keeps its graph, so that every parameter has a gradient.
        return self.loss_id(logits, ids, avg_factor=max(len(ids), 1))

    def _scale(self, num_ids: int) -> float:
        if self.emb_scale is not None:
            return self.emb_scale
        # Below three classes the published formula has no positive value.
        return math.sqrt(2) * math.log(max(num_ids - 1, 2))
