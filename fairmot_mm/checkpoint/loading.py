"""Loading of checkpoints for inference, and finding the one to resume from."""

import logging
import re
from collections.abc import Mapping
from pathlib import Path

from mmengine.logging import print_log
from torch import Tensor, nn

from fairmot_mm.checkpoint.published_weights import (
    COUNTER,
    TRAINING_ONLY,
    read_published,
)
from fairmot_mm.checkpoint.safe_loading import load_safely
from fairmot_mm.utils.errors import CheckpointError

_SHOWN = 5


def read_state_dict(path: str | Path) -> dict[str, Tensor]:
    """Read the weights of a checkpoint without running any code in it.

    Args:
        path: ``{'state_dict': ..., ...}`` as mmengine and the published code write it,
            or a bare dict of tensors; names may begin with ``module.``.

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


def load_checkpoint(model: nn.Module, path: str | Path) -> None:
    """Load the weights of ``path`` for inference; every tensor must be accounted for.

    Args:
        model: A `FairMOT`.
        path: A checkpoint of ours or a published FairMOT one.

    Raises:
        CheckpointError: See `read_state_dict`; or tensors are missing, unknown or of
            another shape, which are listed.
    """
    state_dict = read_state_dict(path)
    published = read_published(state_dict)
    title = ''
    if published is not None:
        if published.backbone_alone:
            raise CheckpointError(
                f'checkpoint {path} is a {published.title}: a backbone alone, from '
                'which a training may start (load_from), but which cannot track'
            )
        title = f', which is a {published.title},'
        state_dict = published.state_dict
        print_log(published.describe(), 'current')
    own = model.state_dict()
    problems = _differences(own, state_dict, shown=_SHOWN if published is None else 2)
    if problems:
        raise CheckpointError(
            f'checkpoint {path}{title} does not fit the model of the config (another '
            f'architecture or other settings?): {"; ".join(problems)}'
        )
    fitting = {
        name: value
        for name, value in state_dict.items()
        if name not in own or own[name].shape == value.shape
    }
    model.load_state_dict(fitting, strict=False)


def _differences(
    own: Mapping[str, Tensor], loaded: Mapping[str, Tensor], shown: int
) -> list[str]:
    """What keeps ``loaded`` from being all that inference needs."""
    mine = {name for name in own if not name.startswith(TRAINING_ONLY)}
    theirs = {name for name in loaded if not name.startswith(TRAINING_ONLY)}
    counters = {name for name in mine if name.endswith(COUNTER)}
    reshaped = [
        f'{name} {tuple(loaded[name].shape)} for {tuple(own[name].shape)}'
        for name in sorted(mine & theirs)
        if own[name].shape != loaded[name].shape
    ]
    return [
        _listed(what, names, shown)
        for what, names in (
            ('missing', sorted(mine - theirs - counters)),
            ('unknown', sorted(theirs - mine)),
            ('of another shape', reshaped),
        )
        if names
    ]


def _listed(what: str, names: list[str], shown: int) -> str:
    more = f' and {len(names) - shown} more' if len(names) > shown else ''
    return f'{len(names)} {what}: {", ".join(names[:shown])}{more}'


def find_resume_checkpoint(work_dir: str | Path) -> Path | None:
    """The newest checkpoint of a run that can be read; a damaged one is named.

    Found by the files themselves, not by mmengine's ``last_checkpoint``, which a kill
    can leave empty or behind.

    Returns:
        ``None`` when the run has none yet.

    Raises:
        CheckpointError: There are some, and all are damaged.
    """
    folder = Path(work_dir)
    saved = [*folder.glob('epoch_*.pth'), *folder.glob('iter_*.pth')]
    damaged: list[CheckpointError] = []
    for path in sorted(saved, key=_progress, reverse=True):
        try:
            read_state_dict(path)
        except CheckpointError as error:
            print_log(str(error), level=logging.WARNING)
            damaged.append(error)
            continue
        if damaged:
            print_log(f'going on from the one before, {path}', level=logging.WARNING)
        return path
    if damaged:
        raise CheckpointError(
            f'no checkpoint of {work_dir} can be read, the newest one because: '
            f'{damaged[0]}. Remove them to start from the beginning'
        )
    return None


def _progress(path: Path) -> tuple[float, int]:
    return path.stat().st_mtime, int(re.sub(r'\D', '', path.stem) or 0)
