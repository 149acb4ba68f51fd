"""A classifier of very many identities."""

import math

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from mmengine.dist import broadcast
from torch import Tensor, nn

from fairmot_mm.models.layers.row_shard import RowShard
from fairmot_mm.models.losses.sharded_cross_entropy import (
    gather_people,
    sharded_cross_entropy,
)
from fairmot_mm.registry import MODELS
from fairmot_mm.utils.errors import ConfigError


@MODELS.register_module()
class PartialClassifier(RowShard):
    """Softmax over identities, each process and each step with a part of them.

    After Partial FC (An et al., CVPR 2022). The identities are dealt out to the
    processes, each of which classifies everybody's people among its own; the softmax is
    that over all. With `sample_ratio` below 1 a step has the identities of its people
    and a random sample of the others, whose share of the softmax is scaled up to that
    of all others. (Partial FC leaves it as it is.) With 1, loss and gradients are those
    of a plain ``nn.Linear``, to rounding.

    The sample is decided by `seed`, process and number of the draw, which is saved with
    the weights: a resumed run draws what it would have drawn. All processes build it
    together.

    For ``DenseReIDHead(classifier_cfg=dict(type='PartialClassifier', ...))``.

    Args:
        in_features: D, width of an embedding.
        out_features: N, identities of all processes.
        sample_ratio: Share of the identities in a step, above 0.
        sparse_grad: Give gradients of the sample alone, for `RowAdam`, which then
            updates the sample alone. Otherwise those of the rest are zeros, and the
            optimizer passes over all of them.
        seed: Of the sample.

    Raises:
        ConfigError: `sample_ratio` is not above 0 and at most 1.
    """

    num_draws: Tensor

    def __init__(
        self,
        in_features: int,
        out_features: int,
        sample_ratio: float = 1.0,
        sparse_grad: bool = False,
        seed: int = 0,
    ) -> None:
        super().__init__(out_features)
        if not 0 < sample_ratio <= 1:
            raise ConfigError(
                f'sample_ratio={sample_ratio} must be above 0 and at most 1'
            )
        self.in_features, self.out_features = in_features, out_features
        self.sample_ratio, self.sparse_grad, self.seed = sample_ratio, sparse_grad, seed
        # The start of a plain classifier, which would be that of the first process.
        whole = nn.Linear(in_features, out_features).requires_grad_(False)
        for parameter in whole.parameters():
            broadcast(parameter)
        self.weight = nn.Parameter(self.take(whole.weight))
        self.bias = nn.Parameter(self.take(whole.bias))
        self.register_buffer('num_draws', torch.zeros((), dtype=torch.int64))

    def forward(self, embeds: Tensor, ids: Tensor, rows: slice) -> Tensor:
        """Cross-entropy of people; all processes call it together.

        Args:
            embeds: (P, D) of this process, scaled.
            ids: (P,) int64 identity, counted from ``rows.start``.
            rows: The identities to tell apart.

        Returns:
            (P,) losses.
        """
        everybody, own = gather_people(embeds)
        all_ids, _ = gather_people(ids)
        first, end = (
            min(max(row, self.rows.start), self.rows.stop) - self.rows.start
            for row in (rows.start, rows.stop)
        )
        targets = all_ids + (rows.start - self.rows.start - first)
        targets = torch.where((targets >= 0) & (targets < end - first), targets, -1)
        weight, bias, targets = self._part(first, end, targets)
        # Single precision also under AMP: sums over many identities.
        with torch.autocast(embeds.device.type, enabled=False):
            return sharded_cross_entropy(everybody, weight, bias, targets)[own]

    def _part(
        self, first: int, end: int, targets: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Weight and bias of this step among own rows, and the targets in them."""
        index, log_share = None, None
        if self.training and self.sample_ratio < 1:
            index, log_share = self._sample(end - first, targets)
            found = torch.searchsorted(index, targets)
            targets = torch.where(targets >= 0, found, -1)
            index += first
        elif self.sparse_grad:
            index = torch.arange(first, end, device=targets.device)
        if index is None:
            if (first, end) == (0, len(self.weight)):
                return self.weight, self.bias, targets
            return self.weight[first:end], self.bias[first:end], targets
        weight = F.embedding(index, self.weight, sparse=self.sparse_grad)
        bias = self.bias.gather(0, index, sparse_grad=self.sparse_grad)
        return weight, bias if log_share is None else bias + log_share, targets

    def _sample(self, count: int, targets: Tensor) -> tuple[Tensor, Tensor]:
        """Rows of a step, ascending, and the log of how many each stands for."""
        self.num_draws += 1
        entropy = [self.seed, int(self.num_draws), self.rank]
        seed = np.random.SeedSequence(entropy).generate_state(1, np.uint64)[0]
        generator = torch.Generator(targets.device).manual_seed(int(seed >> 1))
        scores = torch.rand(count, generator=generator, device=targets.device)
        present = targets[targets >= 0].unique()
        scores[present] = 2  # always in the sample
        size = max(math.ceil(self.sample_ratio * count), len(present) + 1)
        index = scores.topk(min(size, count)).indices.sort().values
        log_share = torch.zeros(len(index), device=targets.device)
        others = len(index) - len(present)
        if others:
            share = math.log((count - len(present)) / others)
            log_share.masked_fill_(scores[index] < 2, share)
        return index, log_share
