"""Weights of backbones alone start a training, each file in its published layout."""

import pytest
import torch
from mmengine.runner import load_checkpoint

from fairmot_mm.apis import init_model
from fairmot_mm.config.load_config import load_config
from fairmot_mm.registry import MODELS
from fairmot_mm.utils import CheckpointError


def dla(name):
    return name.removeprefix('base.') if name.startswith('base.') else None


def hrnet(name):
    return name if name.startswith(('conv', 'bn', 'layer', 'trans', 'stage')) else None


def resnet(name):
    """Files of old PyTorch do not count batches."""
    counts = name.endswith('num_batches_tracked')
    return name if name.startswith(('conv1', 'bn1', 'layer')) and not counts else None


def yolov5(name):
    """Entry 18 and those that follow are others in YOLOv5 itself."""
    _, _, entry, *_ = [*name.split('.'), '', '']
    if name.startswith('backbone.model.') and int(entry) <= 17:
        return name.removeprefix('backbone.')
    return None


# Layout, title, what the file holds besides (name: shape), how many tensors are used.
FILES = {
    'dla_34': (dla, 'DLA-34 of ImageNet', {}, 218),
    'hrnet_18': (
        hrnet,
        'HRNetV2 of ImageNet',
        {'incre_modules.0.0.conv1.weight': (32, 18, 1, 1), 'classifier.bias': (1000,)},
        1830,
    ),
    'resdcn_34': (resnet, 'ResNet of ImageNet', {'fc.weight': (1000, 512)}, 180),
    'yolo': (
        yolov5,
        'YOLOv5s of COCO',
        {
            'model.18.conv.weight': (128, 128, 3, 3),
            'model.18.bn.weight': (128,),
            'model.24.anchors': (3, 3, 2),
        },
        276,
    ),
}
CONFIGS = {
    'dla_34': 'dla34',
    'hrnet_18': 'hrnet-w18',
    'resdcn_34': 'r34-dcn',
    'yolo': 'yolov5s',
}


@pytest.fixture
def backbone_file(published_weights, tmp_path):
    """Write the file of a backbone, from the weights of the FairMOT that has it."""

    def write(arch):
        layout, _, more, _ = FILES[arch]
        weights = {}
        for name, value in published_weights(arch).items():
            if layout(name) is not None:
                weights[layout(name)] = value
        weights |= {name: torch.ones(shape) for name, shape in more.items()}
        path = tmp_path / f'{arch}.pth'
        torch.save(weights, path)
        return path

    return write


def config_of(arch, config_dir):
    return config_dir / f'fairmot_{CONFIGS[arch]}.py'


@pytest.mark.parametrize('arch', FILES)
def test_load_from(arch, backbone_file, published_weights, config_dir, log_lines):
    """As `load_from` loads it: the backbone is the file's, the heads are untouched."""
    _, title, more, count = FILES[arch]
    model = MODELS.build(load_config(config_of(arch, config_dir)).model)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    load_checkpoint(model, str(backbone_file(arch)))
    after = model.state_dict()

    changed = {n for n, v in after.items() if not torch.equal(v, before[n])}
    counters = {name for name in after if name.endswith('num_batches_tracked')}
    body = {name for name in after if name.startswith('detector.backbone.')}
    assert body - counters <= changed
    assert not any('head.' in name or 'task_weighting' in name for name in changed)
    necks = {name for name in changed if name.startswith('detector.neck.')}
    # YOLOv5's way up is the same as far as stride 8.
    assert {name.split('.')[3] for name in necks} <= {'0', '1'}
    assert bool(necks) == (arch == 'yolo')
    if arch == 'yolo':
        weights = published_weights(arch)
        loaded = after['detector.neck.fuses.1.final_conv.conv.weight']
        assert torch.equal(loaded, weights['backbone.model.17.cv3.conv.weight'])
    assert len(changed | body & counters) >= count - len(counters)

    (line,) = [line for line in log_lines if line.startswith('the weights are')]
    assert title in line
    assert 'keep their initial weights' in line
    assert all(name.rpartition('.')[0] in line for name in more)


@pytest.mark.parametrize('arch', ['dla_34', 'yolo'])
def test_a_backbone_cannot_track(arch, backbone_file, config_dir):
    """Inference says what the file is, and what it is for."""
    message = rf'{arch}\.pth is a {FILES[arch][1]}: .*load_from.*cannot track'
    with pytest.raises(CheckpointError, match=message):
        init_model(config_of(arch, config_dir), backbone_file(arch), device='cpu')


def test_the_backbone_of_another_network_is_refused(backbone_file, config_dir):
    """A ResNet-34 does not start a DLA-34, nor a ResNet-18."""
    path = str(backbone_file('resdcn_34'))
    for config in ('dla34', 'r18-dcn'):
        cfg = load_config(config_dir / f'fairmot_{config}.py')
        with pytest.raises(
            CheckpointError, match=r'another architecture \(it is a ResNet of Imag'
        ):
            load_checkpoint(MODELS.build(cfg.model), path)
