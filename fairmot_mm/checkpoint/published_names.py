"""Names of tensors in the published networks, and ours for the same tensors.

The tables pair the beginnings of names: ``hm`` with ``detector.bbox_head.heatmap`` says
that ``hm.0.weight`` is our ``detector.bbox_head.heatmap.0.weight``. The longest
beginning counts. A table has no beginning twice, so it can be read in both directions.
"""

from collections.abc import Iterable

BACKBONE, NECK = 'detector.backbone', 'detector.neck'


def _node(published: str, own: str) -> dict[str, str]:
    """A `ConvBNReLU` of the published up-paths, deformable or plain."""
    return {
        f'{published}.conv': f'{own}.conv',
        f'{published}.conv.conv_offset_mask': f'{own}.conv.conv_offset',
        f'{published}.actf.0': f'{own}.bn',
    }


def _deconv(published: str, own: str, first: int = 0) -> dict[str, str]:
    """A `DeconvBlock`, which the published networks number through."""
    conv = f'{published}.{first}'
    return {
        conv: f'{own}.conv.conv',
        f'{conv}.conv_offset_mask': f'{own}.conv.conv.conv_offset',
        f'{published}.{first + 1}': f'{own}.conv.bn',
        f'{published}.{first + 3}': f'{own}.deconv',
        f'{published}.{first + 4}': f'{own}.bn',
    }


def _dla_body() -> dict[str, str]:
    layers = ('base_layer', *(f'level{level}' for level in range(6)))
    return {f'base.{layer}': f'{BACKBONE}.{layer}' for layer in layers}


def _dla() -> dict[str, str]:
    """``dla_34`` and ``dlaconv_34``."""
    names = _dla_body()
    idas = [(f'dla_up.ida_{n}', f'{NECK}.idas.{n}', n + 1) for n in range(3)]
    for published, own, steps in [*idas, ('ida_up', f'{NECK}.fuse', 2)]:
        for k in range(steps):
            names |= _node(f'{published}.proj_{k + 1}', f'{own}.projs.{k}')
            names |= _node(f'{published}.node_{k + 1}', f'{own}.nodes.{k}')
            names[f'{published}.up_{k + 1}'] = f'{own}.ups.{k}'
    return names


def _dla_v0() -> dict[str, str]:
    """``dlav0_34``: the same body, other layers in the up-path."""
    names = _dla_body()
    for n in range(3):
        published, own = f'dla_up.ida_{n}', f'{NECK}.pyramid.{n}'
        for k in range(n + 1):
            for layer in ('proj', 'node'):
                names |= {
                    f'{published}.{layer}_{k + 1}.0': f'{own}.{layer}s.{k}.conv',
                    f'{published}.{layer}_{k + 1}.1': f'{own}.{layer}s.{k}.bn',
                }
            names[f'{published}.up_{k + 1}'] = f'{own}.ups.{k}'
    return names


def _resnet() -> dict[str, str]:
    """``resdcn``, ``resfpndcn`` and torchvision's ResNets."""
    layers = ('conv1', 'bn1', 'layer1', 'layer2', 'layer3', 'layer4')
    names = {layer: f'{BACKBONE}.{layer}' for layer in layers}
    for n in range(3):
        names |= _deconv('deconv_layers', f'{NECK}.steps.{n}', first=6 * n)
        names |= _deconv(f'deconv_layer{n + 1}', f'{NECK}.ups.{n}')
        names |= _node(f'project_layer{n + 1}', f'{NECK}.projs.{n}')
        names |= _node(f'smooth_layer{n + 1}', f'{NECK}.smooths.{n}')
    return names


def _hrnet() -> dict[str, str]:
    """``hrnet`` and the ImageNet files of HRNetV2."""
    layers = ['conv1', 'bn1', 'conv2', 'bn2', 'layer1']
    layers += [f'transition{n}' for n in (1, 2, 3)] + [f'stage{n}' for n in (2, 3, 4)]
    return {layer: f'{BACKBONE}.{layer}' for layer in layers}


def _csp(published: str, own: str, num_blocks: int = 1) -> dict[str, str]:
    """YOLOv5's C3, mmdet's CSPLayer."""
    names = {
        f'{published}.cv1': f'{own}.main_conv',
        f'{published}.cv2': f'{own}.short_conv',
        f'{published}.cv3': f'{own}.final_conv',
    }
    for k in range(num_blocks):
        for conv in (1, 2):
            names[f'{published}.m.{k}.cv{conv}'] = f'{own}.blocks.{k}.conv{conv}'
    return names


def _yolo() -> dict[str, str]:
    """``yolo``, whose modules are numbered as in the description of YOLOv5s."""
    entry = 'backbone.model'
    names = {
        f'{entry}.0.conv': f'{BACKBONE}.stem.conv',
        f'{entry}.8.cv1': f'{BACKBONE}.stage4.1.conv1',
        f'{entry}.8.cv2': f'{BACKBONE}.stage4.1.conv2',
    }
    for stage, conv in enumerate((1, 3, 5, 7), 1):
        names[f'{entry}.{conv}'] = f'{BACKBONE}.stage{stage}.0'
    for stage, num_blocks in ((1, 1), (2, 3), (3, 3)):
        names |= _csp(f'{entry}.{2 * stage}', f'{BACKBONE}.stage{stage}.1', num_blocks)
    names |= _csp(f'{entry}.9', f'{BACKBONE}.stage4.2')
    for step, (reduce, fuse) in enumerate(((10, 13), (14, 17), (18, 21))):
        names[f'{entry}.{reduce}'] = f'{NECK}.reduces.{step}'
        names |= _csp(f'{entry}.{fuse}', f'{NECK}.fuses.{step}')
    return names


HEADS = {
    'hm': 'detector.bbox_head.heatmap',
    'wh': 'detector.bbox_head.size',
    'reg': 'detector.bbox_head.offset',
    'id': 'detector.reid_head.embedding',
}
FAMILIES = (_dla(), _dla_v0(), _resnet(), _hrnet(), _yolo())
# In files of the DLA family, read by nothing: the projections of the two-level trees,
# whose result is discarded, and the classifier of the ImageNet file.
UNREAD = ('base.level3.project.', 'base.level4.project.', 'base.fc.')


def to_own(names: Iterable[str], single_conv_heads: bool) -> dict[str, str | None]:
    """Our names of published ones.

    Args:
        names: All names of one file, which tell the family of its network.
        single_conv_heads: Whether the heads are one convolution, not numbered then.

    Returns:
        For every name ours, ``None`` where the tables have none.
    """
    tables = [family | _heads(single_conv_heads) for family in FAMILIES]
    return _translate(names, tables)


def to_published(
    names: Iterable[str], single_conv_heads: bool
) -> dict[str, str | None]:
    """Published names of ours.

    Args:
        names: All names of one network of ours.
        single_conv_heads: See `to_own`.

    Returns:
        For every name the published one, ``None`` where the tables have none.
    """
    tables = [family | _heads(single_conv_heads) for family in FAMILIES]
    return _translate(names, [{v: k for k, v in table.items()} for table in tables])


def _heads(single_conv: bool) -> dict[str, str]:
    suffix = '.0' if single_conv else ''
    return {published: own + suffix for published, own in HEADS.items()}


def _translate(
    names: Iterable[str], tables: Iterable[dict[str, str]]
) -> dict[str, str | None]:
    """Translate by the table that knows most of the names."""
    names = list(names)
    translations = [
        {name: _replace_beginning(name, table) for name in names} for table in tables
    ]
    return max(translations, key=lambda new: len(set(new.values()) - {None}))


def _replace_beginning(name: str, table: dict[str, str]) -> str | None:
    """Exchange the longest beginning of a dotted name that ``table`` has, if any."""
    head, tail = name, ''
    while head:
        if head in table:
            return table[head] + tail
        head, _, last = head.rpartition('.')
        tail = f'.{last}{tail}'
    return None
