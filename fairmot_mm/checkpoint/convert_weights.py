"""Checkpoint files of the published code, files that it loads, and files to hand on."""

import hashlib
from io import BytesIO
from pathlib import Path

import torch

from fairmot_mm.checkpoint.loading import read_state_dict
from fairmot_mm.checkpoint.published_weights import (
    COUNTER,
    TRAINING_ONLY,
    architecture_of,
    read_published,
    to_published,
)
from fairmot_mm.checkpoint.safe_loading import load_safely
from fairmot_mm.utils.atomic import atomic_path
from fairmot_mm.utils.errors import CheckpointError


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


def publish_weights(
    source: str | Path, out: str | Path, raw: bool = False
) -> tuple[str, int]:
    """Write what inference needs of a checkpoint of ours, in half precision.

    The classifier of identities, the task weights, counters of the normalisation and
    the state of the optimiser are left out. Any way of loading takes the file.

    Args:
        source: A checkpoint of ``tools/train.py``.
        out: File to write: ``{'state_dict': ..., 'meta': ...}``. The same weights give
            the same bytes.
        raw: Take the weights of the last step rather than their average (`EMAHook`).

    Returns:
        SHA-256 of the file, and its size in bytes.

    Raises:
        CheckpointError: The file cannot be read safely, has no averaged weights to
            choose from, or holds numbers beyond half precision.
        OutputError: ``out`` cannot be written.
    """
    content = load_safely(source)
    state_dict = read_state_dict(source)
    if raw:
        if 'ema_state_dict' not in content:
            raise CheckpointError(
                f'{source} was written without EMAHook: its weights are the raw ones'
            )
        # mmengine saves the averaged weights in the place of the model's.
        state_dict = {
            name.removeprefix('module.'): value
            for name, value in content['ema_state_dict'].items()
            if name.startswith('module.')
        }
    halved = {
        name: value.half() if value.is_floating_point() else value
        for name, value in sorted(state_dict.items())
        if not name.startswith(TRAINING_ONLY) and not name.endswith(COUNTER)
    }
    lost = [name for name, value in halved.items() if not value.isfinite().all()]
    if lost:
        raise CheckpointError(
            f'{source} has numbers that half precision cannot hold: {", ".join(lost)}'
        )
    epoch = content.get('meta', {}).get('epoch', 0)
    stream = BytesIO()  # in a file, its name would be part of the content
    torch.save({'state_dict': halved, 'meta': {'epoch': epoch}}, stream)
    written = stream.getvalue()
    with atomic_path(out) as temporary:
        temporary.write_bytes(written)
    return hashlib.sha256(written).hexdigest(), len(written)


def _save(content: dict, out: str | Path) -> None:
    with atomic_path(out) as temporary:
        torch.save(content, temporary)
