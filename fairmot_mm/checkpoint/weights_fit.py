"""Whether weights fit a model, and what of them to leave out."""

from collections.abc import Mapping
from typing import Any

from mmengine.logging import print_log
from torch import Tensor

from fairmot_mm.checkpoint.published_weights import COUNTER, PublishedWeights
from fairmot_mm.utils.errors import CheckpointError


def check_body(
    own: Mapping[str, Tensor],
    state_dict: Mapping[str, Any],
    prefix: str,
    published: PublishedWeights | None,
) -> None:
    """Refuse weights of another backbone or neck.

    Args:
        own: State dict of the model.
        state_dict: What is to be loaded, each name with ``prefix``.
        prefix: Of the model among the names.
        published: What ``state_dict`` is, where it is published.

    Raises:
        CheckpointError: A tensor is missing, of another shape, or one too many.
    """
    body = tuple(f'{prefix}detector.{part}.' for part in ('backbone', 'neck'))
    alone = published is not None and published.backbone_alone
    needed = body[:1] if alone else body
    shapes = {prefix + name: weight.shape for name, weight in own.items()}
    loaded = {n: w.shape for n, w in state_dict.items() if n.startswith(body)}
    wrong = [name for name, shape in loaded.items() if shapes.get(name) != shape]
    wrong += [
        name
        for name in shapes
        if name.startswith(needed) and name not in loaded and not name.endswith(COUNTER)
    ]
    if wrong:
        title = f' (it is a {published.title})' if published else ''
        raise CheckpointError(
            f'the checkpoint is of another architecture{title}: {len(wrong)} '
            'tensors of backbone and neck are missing, unknown or of another '
            f'shape, {wrong[0]} first. Choose the config it was trained with'
        )


def leave_out_heads(
    own: Mapping[str, Tensor], state_dict: dict[str, Any], prefix: str
) -> None:
    """Drop head tensors of another shape and log them.

    That is how weights of another task (CenterNet on COCO, other classes or embedding
    width) start a training.

    Args:
        own: State dict of the model.
        state_dict: What is to be loaded, each name with ``prefix``; changed in place.
        prefix: Of the model among the names.
    """
    unfit = [
        prefix + name
        for name, weight in own.items()
        if prefix + name in state_dict
        and state_dict[prefix + name].shape != weight.shape
        and '.classifier.' not in name  # the Re-ID head's decision
    ]
    if unfit:
        listed = [f'{name} {tuple(state_dict.pop(name).shape)}' for name in unfit]
        print_log(
            'left out, of another shape in the model: ' + ', '.join(listed), 'current'
        )
