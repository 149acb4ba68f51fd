"""Cross-entropy over identities that are split over the processes."""

from typing import Any

import torch
from mmengine.dist import all_gather, all_reduce, get_dist_info
from torch import Tensor
from torch.autograd import Function

from fairmot_mm.models.utils.single_precision import (
    in_single_precision,
    without_autocast,
)


def gather_people(rows: Tensor) -> tuple[Tensor, slice]:
    """Gather the rows of all processes, whose numbers may differ.

    The gradient of a row is the sum of its gradients in all processes.

    Args:
        rows: (P, ...) rows of this process, one for each person.

    Returns:
        (Q, ...) rows of all processes, in the order of the processes; the place of
        this process's rows among them.
    """
    rank, world_size = get_dist_info()
    if world_size == 1:
        return rows, slice(0, len(rows))
    lengths = [int(n) for n in all_gather(torch.tensor([len(rows)]).to(rows.device))]
    first = sum(lengths[:rank])
    own = slice(first, first + len(rows))
    return _GatherPeople.apply(rows, lengths, own), own


def sharded_cross_entropy(
    embeds: Tensor, weight: Tensor, bias: Tensor, targets: Tensor
) -> Tensor:
    """Cross-entropy of all people over the identities of all processes.

    All processes call this together, each with its own identities. It computes in
    single precision, in mixed precision too. Gradients are those
    of one classifier of all identities: of ``weight`` and ``bias`` they are complete,
    for the mean of the processes' losses, as with ``DistributedDataParallel``; of
    ``embeds`` they are the part of this process's identities (`gather_people` adds the
    parts).

    Args:
        embeds: (Q, D) scaled embeddings of the people of all processes.
        weight: (n, D) weights of the identities of this process; n may be 0.
        bias: (n,) biases of the same.
        targets: (Q,) int64 index into the identities of this process, -1 where the
            identity belongs to another process.

    Returns:
        (Q,) losses. A process may also use only those of its own people.
    """
    parts = (in_single_precision(values) for values in (embeds, weight, bias))
    with without_autocast(embeds):
        return _ShardedCrossEntropy.apply(*parts, targets)


class _GatherPeople(Function):
    """All-gather of different numbers of rows; the gradients are added."""

    @staticmethod
    def forward(ctx: Any, rows: Tensor, lengths: list[int], own: slice) -> Tensor:
        ctx.own = own
        padded = rows.new_zeros((max(lengths), *rows.shape[1:]))
        padded[: len(rows)] = rows
        parts = zip(all_gather(padded), lengths, strict=True)
        return torch.cat([part[:length] for part, length in parts])

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None, None]:
        grad = grads[0].contiguous().clone()
        all_reduce(grad, 'sum')
        return grad[ctx.own], None, None


class _ShardedCrossEntropy(Function):
    """One table of people by identities: logits become probabilities in place."""

    @staticmethod
    def forward(
        ctx: Any, embeds: Tensor, weight: Tensor, bias: Tensor, targets: Tensor
    ) -> Tensor:
        logits = torch.addmm(bias, embeds, weight.T)  # (Q, n)
        top = logits.new_full((len(logits),), -torch.inf)
        if len(weight):
            top = logits.amax(dim=1)
        all_reduce(top, 'max')
        logits.sub_(top[:, None])
        sums = logits.new_zeros(2, len(logits))
        if len(weight):
            column = targets.clamp(min=0)[:, None]
            own = logits.gather(1, column)[:, 0]
            sums[0] = own.where(targets >= 0, 0)
        sums[1] = logits.exp_().sum(dim=1)
        all_reduce(sums, 'sum')
        probs = logits.div_(sums[1][:, None])
        ctx.save_for_backward(embeds, weight, probs, targets)
        return sums[1].log() - sums[0]

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        embeds, weight, probs, targets = ctx.saved_tensors
        grad = grads[0].contiguous().clone()
        all_reduce(grad, 'sum')  # each process has the gradients of its own people
        # In place: a second backward pass is then refused by autograd.
        if len(weight):
            column, own = targets.clamp(min=0)[:, None], targets >= 0
            probs.scatter_add_(1, column, -own[:, None].to(probs))
        probs *= grad[:, None]
        _, world_size = get_dist_info()
        with without_autocast(embeds):
            return (
                probs @ weight,
                probs.T @ embeds / world_size,
                probs.sum(dim=0) / world_size,
                None,
            )
