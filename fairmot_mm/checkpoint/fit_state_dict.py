"""Preparing the state dict of any origin for the model that loads it."""

from collections.abc import Mapping
from itertools import chain
from typing import Any

from mmengine.logging import print_log
from torch import Tensor, nn

from fairmot_mm.checkpoint.compare_tensors import compare_tensors
from fairmot_mm.checkpoint.published_weights import PublishedWeights, read_published
from fairmot_mm.utils.errors import CheckpointError


def fit_state_dict(
    model: nn.Module, state_dict: dict[str, Any], prefix: str, *_: Any
) -> None:
    """Convert a published checkpoint, and refuse one of another architecture.

    A hook for `torch.nn.Module.register_load_state_dict_pre_hook`: PyTorch and mmengine
    call it before they load a state dict into ``model``, also where the model is
    wrapped or was copied. Head tensors of another shape are left out and logged, so
    that weights of another task can start a training.

    Args:
        model: A `FairMOT`.
        state_dict: What is loaded; changed in place.
        prefix: What stands before the names of the model's tensors, as in ``module.``.

    Raises:
        CheckpointError: A tensor of backbone or neck is missing, unknown, or of another
            shape.
    """
    published = read_published(state_dict)
    if published is not None:
        state_dict.clear()
        state_dict.update(
            {prefix + name: value for name, value in published.state_dict.items()}
        )
        print_log(published.describe(), 'current')
    own = {prefix + name: weight for name, weight in model.state_dict().items()}
    _check_body(own, state_dict, prefix, published)
    _leave_out_heads(own, state_dict)
    if published is not None:  # what the file lacks keeps its start, see `describe`
        for name, weight in own.items():
            state_dict.setdefault(name, weight)


def _check_body(
    own: Mapping[str, Tensor],
    state_dict: Mapping[str, Any],
    prefix: str,
    published: PublishedWeights | None,
) -> None:
    """Refuse weights of another backbone or neck; all names have ``prefix``."""
    body = tuple(f'{prefix}detector.{part}.' for part in ('backbone', 'neck'))
    alone = published is not None and published.backbone_alone
    needed = body[:1] if alone else body
    loaded = {n: weight for n, weight in state_dict.items() if n.startswith(body)}
    mine = {n: w for n, w in own.items() if n.startswith(needed) or n in loaded}
    wrong = list(chain(*compare_tensors(mine, loaded).values()))
    if wrong:
        title = f' (it is a {published.title})' if published else ''
        raise CheckpointError(
            f'the checkpoint is of another architecture{title}: {len(wrong)} '
            'tensors of backbone and neck are missing, unknown or of another '
            f'shape, {wrong[0]} first. Choose the config it was trained with'
        )


def _leave_out_heads(own: Mapping[str, Tensor], state_dict: dict[str, Any]) -> None:
    """Drop and log tensors whose shape differs from that of the model's."""
    unfit = [
        name
        for name, weight in own.items()
        if name in state_dict
        and state_dict[name].shape != weight.shape
        and '.classifier.' not in name  # the Re-ID head decides about those itself
    ]
    if unfit:
        listed = ', '.join(
            f'{name} {tuple(state_dict.pop(name).shape)}' for name in unfit
        )
        print_log(
            'these tensors of the checkpoint are of another shape in the model and '
            f'are not loaded: {listed}',
            'current',
        )
