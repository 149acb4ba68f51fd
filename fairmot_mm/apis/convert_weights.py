"""Checkpoint files of the published code, and files that it loads."""

from pathlib import Path

import torch

from fairmot_mm.apis.checkpoint import read_state_dict
from fairmot_mm.models.utils.published_weights import (
    architecture_of,
    read_published,
    to_published,
)
from fairmot_mm.utils.atomic import atomic_path
from fairmot_mm.utils.errors import CheckpointError
from fairmot_mm.utils.safe_loading import load_safely


def convert_published(source: str | Path, out: str | Path) -> str:
    """Write a published checkpoint under our names.

    Never needed to use one: every way in converts by itself.

    Args:
        source: A published FairMOT or CenterNet file.
        out: File to write: ``{'state_dict': ..., 'meta': ...}``.

    Returns:
        A sentence about what was read.

    Raises:
        CheckpointError: The file cannot be read safely, or is not a published one.
        OutputError: ``out`` cannot be written.
    """
    published = read_published(read_state_dict(source))
    if published is None:
        raise CheckpointError(f'{source} has no names of a published checkpoint')
    if published.backbone_alone:
        raise CheckpointError(
            f'{source} is a {published.title}: a backbone alone, which load_from takes '
            'as it is'
        )
    _save({'state_dict': published.state_dict, 'meta': {'source': str(source)}}, out)
    return published.describe()


def export_published(source: str | Path, out: str | Path) -> str:
    """Write a checkpoint of ours so that the published code loads it.

    Every tensor that its network reads has the published name, shape and type. What is
    left out, see `to_published`.

    Args:
        source: A checkpoint of ours: of ``tools/train.py``, or a bare state dict.
        out: File to write: ``{'epoch': ..., 'state_dict': ...}``.

    Returns:
        The options of the published code that the file is for: ``--arch`` and
        ``--reid_dim``.

    Raises:
        CheckpointError: The file cannot be read safely, or its network is none that
            the published code can build.
        OutputError: ``out`` cannot be written.
    """
    state_dict = read_state_dict(source)
    if read_published(state_dict) is not None:
        raise CheckpointError(f'{source} is in the published form already')
    published = to_published(state_dict)
    epoch = load_safely(source).get('meta', {}).get('epoch', 0)
    _save({'epoch': epoch, 'state_dict': published}, out)
    single = 'id.weight' in published
    width = published['id.weight' if single else 'id.2.weight'].shape[0]
    return f'--arch {architecture_of(published)} --reid_dim {width}'


def _save(content: dict, out: str | Path) -> None:
    with atomic_path(out) as temporary:
        torch.save(content, temporary)
