import pytest

from fairmot_mm.checkpoint.published_names import FAMILIES, to_own, to_published


@pytest.mark.parametrize('table', FAMILIES)
def test_every_table_is_one_to_one(table):
    """So it can be read in both directions."""
    assert len(set(table.values())) == len(table)


@pytest.mark.parametrize(
    ('published', 'own'),
    [
        (
            'base.level3.tree1.project.0.weight',
            'backbone.level3.tree1.project.0.weight',
        ),
        ('dla_up.ida_2.proj_3.conv.weight', 'neck.idas.2.projs.2.conv.weight'),
        (
            'ida_up.node_2.conv.conv_offset_mask.bias',
            'neck.fuse.nodes.1.conv.conv_offset.bias',
        ),
        ('deconv_layers.16.running_var', 'neck.steps.2.bn.running_var'),
        ('deconv_layer2.3.weight', 'neck.ups.1.deconv.weight'),
        ('smooth_layer3.actf.0.weight', 'neck.smooths.2.bn.weight'),
        ('stage4.2.fuse_layers.0.3.1.bias', 'backbone.stage4.2.fuse_layers.0.3.1.bias'),
        (
            'backbone.model.2.m.0.cv1.bn.bias',
            'backbone.stage1.1.blocks.0.conv1.bn.bias',
        ),
        ('backbone.model.18.conv.weight', 'neck.reduces.2.conv.weight'),
    ],
)
def test_names(published, own):
    """One of every kind of module, there and back."""
    own = f'detector.{own}'
    assert to_own([published], single_conv_heads=False) == {published: own}
    assert to_published([own], single_conv_heads=False) == {own: published}


def test_the_names_of_a_file_tell_its_network():
    """Two up-paths of DLA have modules of one name; the others decide."""
    up = 'dla_up.ida_0.up_1.weight'
    for node, own in (
        ('node_1.conv', 'detector.neck.idas.0.ups.0.weight'),
        ('node_1.0', 'detector.neck.pyramid.0.ups.0.weight'),
    ):
        names = to_own([up, f'dla_up.ida_0.{node}.weight'], single_conv_heads=False)
        assert names[up] == own


@pytest.mark.parametrize(
    ('published', 'own', 'single'),
    [
        ('hm.2.bias', 'bbox_head.heatmap.2.bias', False),
        ('hm.bias', 'bbox_head.heatmap.0.bias', True),
        ('id.weight', 'reid_head.embedding.0.weight', True),
    ],
)
def test_heads_of_one_convolution_are_not_numbered(published, own, single):
    """As published with `--head_conv 0`."""
    own = f'detector.{own}'
    assert to_own([published], single) == {published: own}
    assert to_published([own], single) == {own: published}


def test_unknown_names_have_no_translation():
    """A whole part of the name has to match, not its first letters."""
    names = ['hms.0.weight', 'base.level9.weight', 'tracking']
    assert to_own(names, single_conv_heads=False) == dict.fromkeys(names)
