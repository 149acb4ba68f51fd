from types import SimpleNamespace

import numpy as np
import pytest
import torch
from mmdet.structures import DetDataSample
from mmengine.structures import InstanceData
from torch import nn

from fairmot_mm.engine import SampleVisualizationHook
from fairmot_mm.utils.errors import ConfigError


class Head(nn.Module):
    """Gives a heatmap that is the mean of the image in each cell of stride 4."""

    stride, num_classes = 4, 1

    def forward(self, images):
        return {'heatmap': nn.functional.avg_pool2d(images.mean(1, keepdim=True), 4)}

    def get_targets(self, gt_instances, size):
        return SimpleNamespace(heatmap=torch.zeros(len(gt_instances), 1, *size))


@pytest.fixture
def runner():
    """What the hook needs of a Runner; `shown` has what was drawn."""
    shown = []

    def add_datasample(name, image, sample, step):
        shown.append((name, image, sample, step))

    return SimpleNamespace(
        model=nn.ModuleDict({'bbox_head': Head()}),
        visualizer=SimpleNamespace(add_datasample=add_datasample),
        iter=0,
        shown=shown,
    )


def batch_of(count, width=64, height=32):
    samples = []
    for _ in range(count):
        sample = DetDataSample()
        sample.gt_instances = InstanceData(
            bboxes=torch.tensor([[8.0, 4.0, 24.0, 28.0]]),
            labels=torch.tensor([0]),
            instances_ids=torch.tensor([3]),
        )
        samples.append(sample)
    rng = torch.Generator().manual_seed(0)
    images = torch.randint(
        0, 256, (count, 3, height, width), dtype=torch.uint8, generator=rng
    )
    return dict(inputs=[*images], data_samples=samples)


def iterate(hook, runner, batch, num_iters=4):
    hook.before_train(runner)
    for runner.iter in range(num_iters):
        hook.before_train_iter(runner, 0, batch)
        runner.model.bbox_head(torch.stack(batch['inputs']).float())
        hook.after_train_iter(runner, 0, batch)


def test_images_of_training(runner):
    """The first images of every second batch: picture, truth, target, prediction."""
    batch = batch_of(3)
    iterate(SampleVisualizationHook(interval=2, num_images=2), runner, batch)
    assert [(name, step) for name, *_, step in runner.shown] == [
        (f'train_{number}', step) for step in (2, 4) for number in (0, 1)
    ]
    _, image, sample, _ = runner.shown[1]
    assert (image == batch['inputs'][1].flip(0).permute(1, 2, 0).numpy()).all()  # RGB
    assert sample.gt_instances.instances_ids.tolist() == [3]
    assert sample.gt_heatmap.data.shape == (1, 8, 16)
    expected = runner.model.bbox_head(batch['inputs'][1][None].float())['heatmap']
    torch.testing.assert_close(sample.pred_heatmap.data, expected[0].sigmoid())
    assert not runner.model.bbox_head._forward_hooks


def test_images_of_real_numbers(runner):
    """A pipeline may give them, also with a NaN; they are drawn in 256 steps."""
    batch = batch_of(1)
    expected = batch['inputs'][0].flip(0).permute(1, 2, 0).numpy().copy()
    expected[0, 0] = 0
    batch['inputs'][0] = batch['inputs'][0].float()
    batch['inputs'][0][:, 0, 0] = torch.nan
    iterate(SampleVisualizationHook(interval=1), runner, batch, num_iters=1)
    assert (runner.shown[0][1] == expected).all()


def test_large_images_are_shrunk(runner):
    """Boxes shrink with them."""
    iterate(SampleVisualizationHook(1, 1, max_side=32), runner, batch_of(1), 1)
    ((_, image, sample, _),) = runner.shown
    assert image.shape == (16, 32, 3)
    assert image.dtype == np.uint8
    assert sample.gt_instances.bboxes.tolist() == [[4, 2, 12, 14]]


def test_no_images_of_training(runner):
    """An interval of 0 draws none, and does not listen to the head."""
    iterate(SampleVisualizationHook(interval=0), runner, batch_of(1))
    assert not runner.shown


@pytest.mark.parametrize(('count', 'chosen'), [(1, [5]), (2, [2, 7]), (99, range(10))])
def test_frames_of_a_validation(count, chosen, runner):
    """Spread over the frames, the same each time."""
    hook = SampleVisualizationHook(num_images=count)
    hook.before_train(runner)
    runner.val_dataloader = range(10)
    found = []
    for number in range(10):
        hook.before_val_iter(runner, number)
        if runner.model.bbox_head._forward_hooks:
            found.append(number)
            hook._stop_listening()
    assert found == [*chosen]


def test_refused(runner):
    """Numbers that draw nothing, and a model without a heatmap."""
    with pytest.raises(ConfigError, match=r'num_images=0 must be at least 1'):
        SampleVisualizationHook(num_images=0)
    plain = SimpleNamespace(model=nn.Linear(1, 1))
    with pytest.raises(ConfigError, match=r'Linear has no bbox_head with get_targets'):
        SampleVisualizationHook().before_train(plain)
