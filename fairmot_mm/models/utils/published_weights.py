"""Names of tensors in published FairMOT checkpoints and in ours."""

import re
from collections.abc import Mapping

from torch import Tensor

# Present in every published checkpoint of the DLA family, read by nothing: the
# projection of the two-level trees, whose result is discarded, and the classifier of
# the ImageNet file.
_UNUSED = re.compile(r'base\.(level[34]\.project|fc)\.')

# Published name (one-based up-path steps) -> ours, applied in order.
_RULES = [
    (re.compile(r'^base\.'), 'detector.backbone.'),
    (re.compile(r'^dla_up\.ida_(\d)\.'), r'detector.neck.idas.\1.'),
    (re.compile(r'^ida_up\.'), 'detector.neck.fuse.'),
    (re.compile(r'^hm\.'), 'detector.bbox_head.heatmap.'),
    (re.compile(r'^wh\.'), 'detector.bbox_head.size.'),
    (re.compile(r'^reg\.'), 'detector.bbox_head.offset.'),
    (re.compile(r'^id\.'), 'detector.reid_head.embedding.'),
]
_STEP = re.compile(r'\.(proj|up|node)_(\d)\.')


def is_published(state_dict: Mapping[str, Tensor]) -> bool:
    """Whether the names are those of a published FairMOT (or CenterNet) checkpoint."""
    names = [name.removeprefix('module.') for name in state_dict]
    return any(name.startswith('hm.') for name in names)


def from_published(state_dict: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Rename the tensors of a published checkpoint to ours.

    Args:
        state_dict: Published names, with or without ``module.`` in front.

    Returns:
        Our names. Tensors that the published network carries but never reads are left
        out; a name that no rule knows is kept, so that loading reports it.
    """
    return {
        _rename(name): tensor
        for name, tensor in state_dict.items()
        if not _UNUSED.match(name.removeprefix('module.'))
    }


def _rename(name: str) -> str:
    name = name.removeprefix('module.')
    for pattern, replacement in _RULES:
        name = pattern.sub(replacement, name)
    if name.startswith('detector.neck.'):
        name = _STEP.sub(lambda step: f'.{step[1]}s.{int(step[2]) - 1}.', name)
        name = name.replace('.conv_offset_mask.', '.conv_offset.')
        name = name.replace('.actf.0.', '.bn.')
    return name
