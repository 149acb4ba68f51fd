import math

import pytest
import torch
from mmdet.structures import DetDataSample
from mmengine.logging import MMLogger
from mmengine.model import BaseModel
from mmengine.runner import Runner
from mmengine.structures import InstanceData

import fairmot_mm.engine  # noqa: F401 - registers the hook
from fairmot_mm.utils import ConfigError, DivergedError


class OneWeight(BaseModel):
    """The loss is the weight times the value of an image, its gradient the value."""

    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(()))
        self.register_buffer('seen', torch.zeros(()))  # as a running mean

    def forward(self, inputs, data_samples, mode):
        values = torch.stack(inputs)
        self.seen += values.sum()
        if values.isposinf().any():  # a finite loss with a gradient that is not
            root = (self.weight - self.weight.detach()).abs().sqrt()
            return {'loss': root, 'size': root.detach()}
        return {'loss': (self.weight * values).sum(), 'size': values.sum()}


def image(index, value):
    sample = DetDataSample(metainfo=dict(img_path=f'{index}.jpg'))
    sample.gt_instances = InstanceData(
        bboxes=torch.tensor([[0.0, 0.0, 10.0, 2e9]]), instances_ids=torch.tensor([-1])
    )
    return dict(inputs=torch.tensor(float(value)), data_samples=sample)


@pytest.fixture
def train(tmp_path):
    """Train on one image an iteration with SGD at rate 1; gives the last weight."""

    def run(values, accumulative_counts=1, interval=1, **guard):
        model = OneWeight()
        runner = Runner(
            model,
            str(tmp_path),
            train_dataloader=dict(
                dataset=[image(*item) for item in enumerate(values)],
                sampler=dict(type='DefaultSampler', shuffle=False),
                batch_size=1,
            ),
            train_cfg=dict(by_epoch=True, max_epochs=1),
            optim_wrapper=dict(
                optimizer=dict(type='SGD', lr=1.0),
                accumulative_counts=accumulative_counts,
            ),
            default_hooks=dict(checkpoint=None),
            custom_hooks=[
                dict(type='LossGuardHook', **guard),
                dict(type='FlagExchangeHook', interval=interval),
            ],
            default_scope='fairmot_mm',
            experiment_name=f'{tmp_path.name}_{len(values)}',
        )
        runner.train()
        run.seen = model.seen.item()
        return model.weight.item()

    return run


def test_good_losses_pass(train):
    """Without a bad batch nothing is changed."""
    assert train([0.25, 0.5]) == 0.25


@pytest.mark.parametrize('value', [math.nan, -math.inf, 1e7])
def test_stop_names_the_batch(train, value):
    """A bad loss ends the run, with the losses and the image that caused it."""
    with pytest.raises(DivergedError) as stopped:
        train([0.25, value])
    message = str(stopped.value)
    assert message.startswith(f'iteration 2: loss {0.75 * value:.4g} (')
    assert f'size {value:.4g}' in message
    assert '1.jpg: 1 people, 0 with identity, largest box 2000000000 pixels' in message
    assert '0.jpg' not in message


def test_skip_leaves_the_batch_out(train):
    """Batches with a bad loss or gradient change nothing; each is logged."""
    assert train([0.25, math.nan, 1e7, math.inf, 0.5], action='skip') == 0.25
    log = MMLogger.get_current_instance().handlers[1].baseFilename
    warnings = [line for line in open(log) if 'left out' in line]  # noqa: SIM115
    assert [line.split('iteration ')[1][0] for line in warnings] == ['2', '3', '4']
    assert 'gradient nan' in warnings[2] or 'gradient inf' in warnings[2]
    assert train.seen == 0.75  # running means neither


def test_gradient_of_an_accumulated_update(train):
    """Any of its images may be the cause: all are named, none of the update before."""
    with pytest.raises(DivergedError, match='iteration 4: gradient') as stopped:
        train([0.1, 0.1, math.inf, 0.5], accumulative_counts=2)
    named = [f'{number}.jpg' in str(stopped.value) for number in range(4)]
    assert named == [False, False, True, True]


def test_the_rest_of_an_accumulated_update_counts(train):
    """Of two batches a bad one is left out, at either place; two bad ones are none."""
    values = [1.0, math.nan, math.nan, 0.5, math.nan, math.nan]
    assert train(values, accumulative_counts=2, action='skip') == 1 - 0.5 - 0.25


@pytest.mark.parametrize('bad', [math.nan, math.inf], ids=['loss', 'gradient'])
def test_skipping_ends(train, bad):
    """Too many in a row: it is no longer the images."""
    with pytest.raises(DivergedError, match='3 iterations in a row'):
        train([0.25] + [bad] * 5, action='skip', max_skipped=2)


def test_unknown_action(train):
    """There are two things to do."""
    with pytest.raises(ConfigError, match="'stop' or 'skip', not 'ignore'"):
        train([1.0], action='ignore')
