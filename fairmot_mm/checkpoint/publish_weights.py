"""Writing what inference needs of a checkpoint, in half precision."""

import hashlib
import re
from io import BytesIO
from pathlib import Path

import torch

from fairmot_mm.checkpoint.published_weights import COUNTER, TRAINING_ONLY
from fairmot_mm.checkpoint.read_state_dict import read_state_dict
from fairmot_mm.checkpoint.safe_loading import load_safely
from fairmot_mm.utils.atomic import atomic_path
from fairmot_mm.utils.errors import CheckpointError

# The last of these belongs to the layer that gives the logits.
_HEATMAP_BIAS = re.compile(r'detector\.bbox_head\.heatmap\.\d\.bias')


def publish_weights(
    source: str | Path, out: str | Path, raw: bool = False, score_shift: float = 0.0
) -> tuple[str, int]:
    """Write what inference needs of a checkpoint of ours, in half precision.

    The classifier of identities, the task weights, counters of the normalisation and
    the state of the optimiser are left out. Any way of loading takes the file.

    Args:
        source: A checkpoint of ``tools/train.py``.
        out: File to write: ``{'state_dict': ..., 'meta': ...}``. The same weights give
            the same bytes.
        raw: Take the weights of the last step rather than their average (`EMAHook`).
        score_shift: Added to the logits of the heatmap, so that thresholds that were
            chosen for other weights hold. The order of the scores does not change.

    Returns:
        SHA-256 of the file, and its size in bytes.

    Raises:
        CheckpointError: The file cannot be read safely, has no averaged weights to
            choose from, no heatmap to shift, or holds numbers beyond half precision.
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
    if score_shift:
        biases = [name for name in state_dict if _HEATMAP_BIAS.fullmatch(name)]
        if not biases:
            raise CheckpointError(
                f'{source} has no heatmap whose scores could be moved'
            )
        state_dict[max(biases)] = state_dict[max(biases)] + score_shift
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
