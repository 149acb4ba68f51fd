"""Loading the weights of a checkpoint into a model that is to track."""

from pathlib import Path

from mmengine.logging import print_log
from torch import nn

from fairmot_mm.checkpoint.compare_tensors import compare_tensors
from fairmot_mm.checkpoint.published_weights import TRAINING_ONLY, read_published
from fairmot_mm.checkpoint.read_state_dict import read_state_dict
from fairmot_mm.utils.errors import CheckpointError

_SHOWN = 5


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
    needed = {n: w for n, w in own.items() if not n.startswith(TRAINING_ONLY)}
    loaded = {n: w for n, w in state_dict.items() if not n.startswith(TRAINING_ONLY)}
    found = compare_tensors(needed, loaded)
    found['of another shape'] = [
        f'{name} {tuple(loaded[name].shape)} for {tuple(own[name].shape)}'
        for name in found['of another shape']
    ]
    shown = _SHOWN if published is None else 2
    problems = [_listed(what, names, shown) for what, names in found.items() if names]
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


def _listed(what: str, names: list[str], shown: int) -> str:
    more = f' and {len(names) - shown} more' if len(names) > shown else ''
    return f'{len(names)} {what}: {", ".join(sorted(names)[:shown])}{more}'
