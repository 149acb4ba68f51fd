"""Converting state dicts of published networks to ours and back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from torch import Tensor

from fairmot_mm.checkpoint import published_names
from fairmot_mm.checkpoint.published_names import HEADS, UNREAD
from fairmot_mm.utils.errors import CheckpointError

COUNTER = '.num_batches_tracked'  # absent in files of old PyTorch, never read
# Of our tensors, those that the published code keeps out of its checkpoints.
TRAINING_ONLY = ('detector.reid_head.classifier.', 'detector.task_weighting.')

# Tensors and numbers in body and up-path, without counters, of every published network.
_ARCHITECTURES = {
    (321, 19_188_256): 'dla_34',
    (273, 18_548_528): 'dlaconv_34',
    (251, 17_473_328): 'dlav0_34',
    (139, 14_332_497): 'resdcn_18',
    (219, 24_448_081): 'resdcn_34',
    (304, 30_619_729): 'resdcn_50',
    (559, 49_664_081): 'resdcn_101',
    (814, 65_353_809): 'resdcn_152',
    (187, 16_103_155): 'resfpndcn_18',
    (267, 26_218_739): 'resfpndcn_34',
    (352, 35_039_411): 'resfpndcn_50',
    (607, 54_083_763): 'resfpndcn_101',
    (862, 69_773_491): 'resfpndcn_152',
    (1525, 9_596_196): 'hrnet_18',
    (1525, 29_362_880): 'hrnet_32',
    (265, 4_875_776): 'yolo',
}


class _Source(NamedTuple):
    """A kind of file, known by the beginning of a name that no earlier kind has."""

    title: str
    marker: str
    prefix: str  # what makes its names those of a FairMOT file
    last_entry: int | None = None  # of a numbered body: what follows is another network


_FAIRMOT = _Source('FairMOT or CenterNet', 'hm.', '')
_BACKBONES = (
    _Source('DLA-34 of ImageNet', 'base_layer.0.', 'base.'),
    _Source('HRNetV2 of ImageNet', 'stage4.0.branches.', ''),
    _Source('ResNet of ImageNet', 'layer1.0.conv1.', ''),
    _Source('YOLOv5s of COCO', 'model.0.conv.conv.', 'backbone.', last_entry=17),
)


@dataclass(frozen=True)
class PublishedWeights:
    """A published file under our names.

    Attributes:
        state_dict: Our names. In a FairMOT file, a name that no table knows is kept, so
            that loading reports it.
        title: What the file is, for messages.
        backbone_alone: Whether it holds a backbone for the start of a training, and not
            a whole network.
        left_out: Published names of the tensors that our networks do not have.
    """

    state_dict: dict[str, Tensor]
    title: str
    backbone_alone: bool
    left_out: tuple[str, ...]

    def describe(self) -> str:
        """Describe in a sentence what the file is and which tensors are not used."""
        text = f'the weights are those of a {self.title}'
        heads = [h for h, own in HEADS.items() if not _has(self.state_dict, own)]
        if self.backbone_alone:
            text += '; heads and missing parts of the neck keep their initial weights'
        elif heads:
            text += f'; it has no {", ".join(heads)}'
        if self.left_out:
            modules = dict.fromkeys(name.rpartition('.')[0] for name in self.left_out)
            text += (
                f'; {len(self.left_out)} tensors that this network never reads are '
                f'left out: {", ".join(modules)}'
            )
        return text


def read_published(state_dict: Mapping[str, Tensor]) -> PublishedWeights | None:
    """Convert a published state dict to our names.

    Args:
        state_dict: Names with or without ``module.`` in front: FairMOT's, CenterNet's,
            or those of a backbone that FairMOT starts from.

    Returns:
        The converted weights; ``None`` where the names are not published ones.
    """
    tensors = {
        name.removeprefix('module.'): value for name, value in state_dict.items()
    }
    source = next((s for s in (_FAIRMOT, *_BACKBONES) if _has(tensors, s.marker)), None)
    if source is None or _has(tensors, 'detector.'):
        return None
    tensors = {source.prefix + name: value for name, value in tensors.items()}
    names = published_names.to_own(tensors, single_conv_heads='hm.weight' in tensors)
    alone = source is not _FAIRMOT
    left_out = [
        name
        for name, own in names.items()
        if name.startswith(UNREAD)
        or (alone and (own is None or _is_beyond(name, source.last_entry)))
    ]
    arch = architecture_of(tensors) if not alone else None
    return PublishedWeights(
        state_dict={
            own or name: tensors[name]
            for name, own in names.items()
            if name not in left_out
        },
        title=f'published {arch}' if arch else source.title,
        backbone_alone=alone,
        left_out=tuple(left_out),
    )


def _has(names: Iterable[str], beginning: str) -> bool:
    return any(name.startswith(beginning) for name in names)


def _is_beyond(name: str, last_entry: int | None) -> bool:
    """Whether a name ``backbone.model.N...`` has an N above ``last_entry``."""
    return last_entry is not None and int(name.split('.')[2]) > last_entry


def architecture_of(published: Mapping[str, Tensor]) -> str | None:
    """Tell the published ``--arch`` of a network from its tensors.

    Args:
        published: Tensors by the names of the published code.

    Returns:
        As in ``dla_34``; ``None`` where body and up-path are those of no published
        network.
    """
    heads = tuple(f'{head}.' for head in HEADS)
    sizes = [
        tensor.numel()
        for name, tensor in published.items()
        if not name.startswith((*heads, *UNREAD)) and not name.endswith(COUNTER)
    ]
    return _ARCHITECTURES.get((len(sizes), sum(sizes)))


def to_published(state_dict: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Rename the tensors of a trained model of ours to what the published code loads.

    What only training reads is left out, as in published checkpoints. So are the dead
    parameters of the published DLA (see `published_names.UNREAD`), which we do not
    have: the published code loads without them and keeps its own.

    Args:
        state_dict: State dict of a `FairMOT`.

    Returns:
        The tensors by the names of the published code.

    Raises:
        CheckpointError: The published code cannot build the network.
    """
    tensors = {
        name: value
        for name, value in state_dict.items()
        if not name.startswith(TRAINING_ONLY)
    }
    single = f'{HEADS["hm"]}.2.weight' not in tensors
    names = published_names.to_published(tensors, single_conv_heads=single)
    unknown = [name for name, published in names.items() if published is None]
    published = {new: tensors[name] for name, new in names.items() if new is not None}
    if unknown or architecture_of(published) is None:
        what = f', {unknown[0]} for example' if unknown else ' of these widths'
        raise CheckpointError(
            'the published code lacks this network: it cannot build tensors'
            f'{what}. It has {", ".join(_ARCHITECTURES.values())}'
        )
    return published
