from pathlib import Path

import pytest
import torch

from fairmot_mm.apis import init_model
from fairmot_mm.checkpoint.published_weights import (
    architecture_of,
    read_published,
    to_published,
)
from fairmot_mm.utils import CheckpointError

CONFIGS = Path(__file__).parents[2] / 'configs' / '_base_' / 'models'


def test_ours_are_not_published():
    """Our names and those of other projects are left alone."""
    assert read_published({'detector.backbone.layer1.0.conv1.weight': 0}) is None
    assert read_published({'fc.weight': torch.zeros(1)}) is None


def test_prefixes_may_be_mixed():
    """A file that was put together from two runs."""
    published = read_published(
        {'module.hm.2.bias': torch.zeros(1), 'wh.2.bias': torch.zeros(4)}
    )
    assert published.state_dict.keys() == {
        'detector.bbox_head.heatmap.2.bias',
        'detector.bbox_head.size.2.bias',
    }


def test_what_a_file_lacks_and_what_nothing_reads_is_described():
    """One sentence for the log."""
    names = ['hm.2.bias', 'wh.2.bias', 'reg.2.bias', 'base.fc.weight', 'base.fc.bias']
    text = read_published({name: torch.zeros(1) for name in names}).describe()
    assert 'it has no id' in text
    assert text.endswith(
        '2 tensors that this network never reads are left out: base.fc'
    )


def test_one_number_more_is_no_published_network():
    """Numbers of tensors and weights distinguish networks of different widths."""
    model = init_model(CONFIGS / 'fairmot_r18-dcn.py', device='cpu')
    tensors = to_published(model.state_dict())
    assert architecture_of(tensors) == 'resdcn_18'
    tensors['bn1.weight'] = torch.zeros(65)
    assert architecture_of(tensors) is None


def test_network_of_another_kind_has_no_published_form():
    """The error names a tensor that the published code has no place for."""
    model = init_model(CONFIGS / 'fairmot_regnetx-400mf-fpn.py', device='cpu')
    with pytest.raises(CheckpointError, match=r'detector\.neck\.0\.lateral_convs'):
        to_published(model.state_dict())


def test_plain_convolutions_in_a_resnet_have_no_published_form():
    """Only DLA-34 is published with them."""
    options = {'model.detector.neck.conv_cfg': None}
    model = init_model(CONFIGS / 'fairmot_r18-dcn.py', None, 'cpu', options)
    with pytest.raises(CheckpointError, match='of these widths'):
        to_published(model.state_dict())
