"""A classifier for very many identities."""

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
from fairmot_mm.models.utils.single_precision import in_single_precision
from fairmot_mm.registry import MODELS
from fairmot_mm.utils.contracts import require_range


@MODELS.register_module()
class PartialClassifier(RowShard):
    """Softmax over identities that are split over the processes and sampled.

    After Partial FC (An et al., CVPR 2022). Each process holds a share of the
    identities and classifies the people of all processes among them; the softmax is
    taken over all identities. With `sample_ratio` below 1 an iteration has the
    identities of its people and a random sample of the others, whose part of the
    softmax is scaled up to that of all others. (Partial FC does not scale it.) With 1,
    loss and gradients are those of a plain ``nn.Linear``, up to rounding.

    The sample depends on `seed`, the process and the number of the draw. This number is
    saved with the weights: a resumed run draws what it would have drawn. All processes
    build the module together.

    For ``DenseReIDHead(classifier_cfg=dict(type='PartialClassifier', ...))``.

    Args:
        in_features: D, width of an embedding.
        out_features: N, number of identities of all processes.
        sample_ratio: Share of the identities in an iteration, above 0 and at most 1.
        sparse_grad: Whether gradients hold only the sample, for `RowAdam`, which then
            updates only the sample. Otherwise the gradients of the other identities are
            zeros, and the optimizer updates all of them.
        seed: Seed of the sample.

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
        require_range(sample_ratio=sample_ratio, above=0, high=1)
        self.in_features, self.out_features = in_features, out_features
        self.sample_ratio, self.sparse_grad, self.seed = sample_ratio, sparse_grad, seed
        # The initial weights of a plain classifier in the first process.
        whole = nn.Linear(in_features, out_features).requires_grad_(False)
        for parameter in whole.parameters():
            broadcast(parameter)
        self.weight = nn.Parameter(self.take(whole.weight))
        self.bias = nn.Parameter(self.take(whole.bias))
        self.register_buffer('num_draws', torch.zeros((), dtype=torch.int64))

    def forward(self, embeds: Tensor, ids: Tensor, rows: slice) -> Tensor:
        """Cross-entropy of people; all processes call this together.

        Args:
            embeds: (P, D) scaled embeddings of the people of this process.
            ids: (P,) int64 identities, counted from ``rows.start``.
            rows: Range of the identities to choose among.

        Returns:
            (P,) losses of the people of this process.
        """
        everybody, own = gather_people(in_single_precision(embeds))
        all_ids, _ = gather_people(ids)
        first, end = (
            min(max(row, self.rows.start), self.rows.stop) - self.rows.start
            for row in (rows.start, rows.stop)
        )
        targets = all_ids + (rows.start - self.rows.start - first)
        targets = torch.where((targets >= 0) & (targets < end - first), targets, -1)
        weight, bias, targets = self._part(first, end, targets)
        return sharded_cross_entropy(everybody, weight, bias, targets)[own]

    def _part(
        self, first: int, end: int, targets: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Weight and bias of an iteration among own rows, and the targets in them."""
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
        """Rows of an iteration, ascending; log of how many rows each stands for."""
        self.num_draws += 1
        present = torch.zeros(count + 1, dtype=torch.bool, device=targets.device)
        present[targets] = True  # the last place stands for those of other processes
        present = present[:-1]
        # Both numbers in one read, which waits for the device.
        draw, num_present = torch.stack([self.num_draws, present.sum()]).tolist()
        entropy = [self.seed, draw, self.rank]
        seed = np.random.SeedSequence(entropy).generate_state(1, np.uint64)[0]
        generator = torch.Generator(targets.device).manual_seed(int(seed >> 1))
        scores = torch.rand(count, generator=generator, device=targets.device)
        scores.masked_fill_(present, 2)  # so that these are always in the sample
        size = max(math.ceil(self.sample_ratio * count), num_present + 1)
        index = scores.topk(min(size, count)).indices.sort().values
        log_share = torch.zeros(len(index), device=targets.device)
        others = len(index) - num_present
        if others:
            share = math.log((count - num_present) / others)
            log_share.masked_fill_(scores[index] < 2, share)
        return index, log_share
