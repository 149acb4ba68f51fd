"""Comparing the tensors of a checkpoint with those of a model."""

from collections.abc import Mapping

from torch import Tensor

from fairmot_mm.checkpoint.published_weights import COUNTER


def compare_tensors(
    own: Mapping[str, Tensor], loaded: Mapping[str, Tensor]
) -> dict[str, list[str]]:
    """List the tensors by which a checkpoint does not fit a model.

    Args:
        own: Tensors that the model needs, by name. The counters of its batch norms may
            be missing in the checkpoint.
        loaded: Tensors of the checkpoint, by name.

    Returns:
        Names of the tensors that are ``missing``, ``unknown`` and ``of another shape``,
        in their order.
    """
    return {
        'missing': [n for n in own if n not in loaded and not n.endswith(COUNTER)],
        'unknown': [name for name in loaded if name not in own],
        'of another shape': [
            name
            for name, weight in own.items()
            if name in loaded and loaded[name].shape != weight.shape
        ],
    }
