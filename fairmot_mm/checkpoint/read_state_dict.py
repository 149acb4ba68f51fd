"""The weights of a checkpoint file."""

from pathlib import Path

from torch import Tensor

from fairmot_mm.checkpoint.safe_loading import load_safely
from fairmot_mm.utils.errors import CheckpointError


def read_state_dict(path: str | Path) -> dict[str, Tensor]:
    """Read the weights of a checkpoint without running any code in it.

    Args:
        path: ``{'state_dict': ..., ...}`` as mmengine and the published code write it,
            or a bare dict of tensors; names may begin with ``module.``.

    Returns:
        The tensors by name, without ``module.``.

    Raises:
        CheckpointError: The file is missing, damaged, would run code, or holds no
            weights.
    """
    content = load_safely(path)
    state_dict = content.get('state_dict', content) if isinstance(content, dict) else {}
    state_dict = {
        str(name).removeprefix('module.'): value
        for name, value in state_dict.items()
        if isinstance(value, Tensor)
    }
    if not state_dict:
        raise CheckpointError(f'checkpoint {path} holds no weights (no state_dict)')
    return state_dict
