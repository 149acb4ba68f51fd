"""Writing a published checkpoint under the names of this package."""

from pathlib import Path

import torch

from fairmot_mm.checkpoint.published_weights import read_published
from fairmot_mm.checkpoint.read_state_dict import read_state_dict
from fairmot_mm.utils.atomic import atomic_path
from fairmot_mm.utils.errors import CheckpointError


def convert_published(source: str | Path, out: str | Path) -> str:
    """Write a published checkpoint under our names.

    A published checkpoint can also be used as it is: every way of loading converts it.

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
    content = {'state_dict': published.state_dict, 'meta': {'source': str(source)}}
    with atomic_path(out) as temporary:
        torch.save(content, temporary)
    return published.describe()
