"""Writing a checkpoint of this package so that the published code loads it."""

from pathlib import Path

import torch

from fairmot_mm.checkpoint.published_weights import (
    architecture_of,
    read_published,
    to_published,
)
from fairmot_mm.checkpoint.read_state_dict import read_state_dict
from fairmot_mm.checkpoint.safe_loading import load_safely
from fairmot_mm.utils.atomic import atomic_path
from fairmot_mm.utils.errors import CheckpointError


def export_published(source: str | Path, out: str | Path) -> str:
    """Write a checkpoint of ours so that the published code loads it.

    Every tensor that the published network reads has its name, shape and type there.
    `to_published` says which tensors are left out.

    Args:
        source: A checkpoint of ours: of ``tools/train.py``, or a bare state dict.
        out: File to write: ``{'epoch': ..., 'state_dict': ...}``.

    Returns:
        The options of the published code that the file is for: ``--arch`` and
        ``--reid_dim``.

    Raises:
        CheckpointError: The file cannot be read safely, is in the published form
            already, or holds a network that the published code cannot build.
        OutputError: ``out`` cannot be written.
    """
    state_dict = read_state_dict(source)
    if read_published(state_dict) is not None:
        raise CheckpointError(f'{source} is in the published form already')
    published = to_published(state_dict)
    epoch = load_safely(source).get('meta', {}).get('epoch', 0)
    with atomic_path(out) as temporary:
        torch.save({'epoch': epoch, 'state_dict': published}, temporary)
    single = 'id.weight' in published
    width = published['id.weight' if single else 'id.2.weight'].shape[0]
    return f'--arch {architecture_of(published)} --reid_dim {width}'
