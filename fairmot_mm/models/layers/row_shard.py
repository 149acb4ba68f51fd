"""Parameters whose rows are split over the processes of a training."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import torch
from mmengine.dist import all_reduce, broadcast, get_dist_info
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel


class RowShard(nn.Module):
    """Base of a module whose rows are split: each process trains only its own rows.

    All parameters of the module have `num_rows` rows, of which this process holds
    `rows`. Their gradients are complete and are not averaged over the processes. All
    rows are saved (`whole_state`) and loaded, so a checkpoint fits any number of
    processes. A training needs `RowShardHook`.

    Args:
        num_rows: Number of rows of all processes together.
    """

    def __init__(self, num_rows: int) -> None:
        super().__init__()
        self.rank, self.world_size = get_dist_info()
        self.num_rows = num_rows
        world = self.world_size
        self.starts = [num_rows * k // world for k in range(world + 1)]
        # In state dicts, in place of the own rows; None leaves them.
        self.instead: dict[str, Tensor] | None = None
        self.register_state_dict_post_hook(_replace_rows)

    @property
    def rows(self) -> slice:
        """Rows of this process, among all of them."""
        return slice(*self.starts[self.rank : self.rank + 2])

    def take(self, whole: Tensor) -> Tensor:
        """Copy the rows of this process.

        Args:
            whole: (num_rows, ...) all rows.

        Returns:
            (n, ...) rows of this process.
        """
        return whole[self.rows].clone()

    def gather(self, own: Tensor) -> Tensor:
        """Gather all rows in the first process; all processes call this together.

        Args:
            own: (n, ...) rows of this process.

        Returns:
            (num_rows, ...) on the CPU in the first process, (0,) in the others.
        """
        parts = []
        for rank, (first, end) in enumerate(pairwise(self.starts)):
            part = own.detach()
            if rank != self.rank:
                part = own.new_empty((end - first, *own.shape[1:]))
            if end > first:
                broadcast(part, src=rank)
            if self.rank == 0:
                parts.append(part.cpu())
        return torch.cat(parts) if parts else own.new_empty(0)

    def _load_from_state_dict(
        self, state_dict: dict[str, Any], prefix: str, *args: Any, **kwargs: Any
    ) -> None:
        """Take the rows of this process out of all rows; own rows load unchanged."""
        for name, _ in self.named_parameters(recurse=False):
            loaded = state_dict.get(prefix + name)
            if loaded is not None and len(loaded) == self.num_rows:
                state_dict[prefix + name] = self.take(loaded)
        super()._load_from_state_dict(state_dict, prefix, *args, **kwargs)


def _replace_rows(
    module: nn.Module, state_dict: dict[str, Any], prefix: str, metadata: Any
) -> None:
    assert isinstance(module, RowShard)
    if module.instead is not None:
        for name, _ in module.named_parameters(recurse=False):
            del state_dict[prefix + name]
        for name, rows in module.instead.items():
            state_dict[prefix + name] = rows


def row_shards(model: nn.Module) -> dict[str, RowShard]:
    """Find the modules of a model whose rows are split.

    Args:
        model: Model, with or without its wrapper for several processes.

    Returns:
        The modules by name.
    """
    modules = model.named_modules()
    return {name: shard for name, shard in modules if isinstance(shard, RowShard)}


@contextmanager
def whole_state(shards: Iterable[RowShard]) -> Iterator[None]:
    """In the body, state dicts of the first process hold all rows.

    All processes enter together.

    Args:
        shards: Modules whose rows are gathered.
    """
    shards = list(shards)
    with without_rows(shards):
        for shard in shards:
            own = shard.named_parameters(recurse=False)
            rows = {name: shard.gather(parameter) for name, parameter in own}
            if shard.rank == 0:
                shard.instead = rows
        yield


@contextmanager
def without_rows(shards: Iterable[RowShard]) -> Iterator[None]:
    """In the body, state dicts hold only what is the same in all processes.

    Args:
        shards: Modules whose rows are left out.
    """
    shards = list(shards)
    for shard in shards:
        shard.instead = {}
    try:
        yield
    finally:
        for shard in shards:
            shard.instead = None


def keep_from_averaging(model: nn.Module) -> None:
    """Keep ``DistributedDataParallel`` from averaging gradients of split rows.

    Args:
        model: Model before it is wrapped.
    """
    names = [
        f'{module}.{name}'
        for module, shard in row_shards(model).items()
        for name, _ in shard.named_parameters(recurse=False)
    ]
    DistributedDataParallel._set_params_and_buffers_to_ignore_for_model(model, names)


def gradient_norm(
    parameters: Sequence[nn.Parameter],
    sharded: Sequence[nn.Parameter] = (),
    norm_type: float = 2.0,
) -> Tensor:
    """Norm of all gradients, the same in every process.

    Args:
        parameters: All trained parameters; gradients may be sparse.
        sharded: Parameters among them whose rows are split: rows of every process
            count, and all processes call this together.
        norm_type: Exponent of the norm, ``inf`` for the largest value.

    Returns:
        Scalar.
    """
    own_ids = {id(parameter) for parameter in sharded}
    grads: tuple[list[Tensor], list[Tensor]] = [], []
    for parameter in parameters:
        if parameter.grad is not None:
            if parameter.grad.is_sparse:
                parameter.grad = parameter.grad.coalesce()
            grads[id(parameter) in own_ids].append(_values(parameter.grad))
    device = parameters[0].device
    shared = nn.utils.get_total_norm(grads[False], norm_type).to(device)
    if not sharded:  # the norm of nothing would be copied from the CPU
        return shared
    own = nn.utils.get_total_norm(grads[True], norm_type).to(device)
    if norm_type == float('inf'):
        all_reduce(own, 'max')
        return torch.maximum(shared, own)
    powers = own**norm_type
    all_reduce(powers, 'sum')
    return (shared**norm_type + powers) ** (1 / norm_type)


def clip_gradients(
    parameters: Sequence[nn.Parameter],
    sharded: Sequence[nn.Parameter],
    max_norm: float,
    norm_type: float = 2.0,
) -> Tensor:
    """Clip gradients as ``torch.nn.utils.clip_grad_norm_``, over all processes.

    Args:
        parameters: See `gradient_norm`; their gradients are changed in place.
        sharded: See `gradient_norm`.
        max_norm: Largest norm of all gradients together.
        norm_type: See `gradient_norm`.

    Returns:
        Scalar, the norm before clipping.
    """
    norm = gradient_norm(parameters, sharded, norm_type)
    scale = (max_norm / (norm + 1e-6)).clamp(max=1)
    for parameter in parameters:
        if parameter.grad is not None:
            _values(parameter.grad).mul_(scale.to(parameter.grad.device))
    return norm


def _values(grad: Tensor) -> Tensor:
    """Values of a gradient that is dense, or sparse and coalesced."""
    return grad.values() if grad.is_sparse else grad
