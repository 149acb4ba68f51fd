import pytest
import torch
from mmengine.model import BaseModel
from mmengine.runner import Runner


class OneWeight(BaseModel):
    """The loss is the weight times the image, a number; it keeps what it saw."""

    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(()))
        self.seen = []

    def forward(self, inputs, mode='tensor'):
        self.seen += inputs.tolist()
        return {'loss': (self.weight * inputs.float()).sum()}


@pytest.fixture
def make_runner(tmp_path):
    """A Runner over numbers, two an iteration, at rate 0.001."""
    count = 0

    def make(values, max_epochs=1, loop='ResumableEpochLoop', **kwargs):
        nonlocal count
        count += 1
        settings = dict(
            train_dataloader=dict(
                dataset=[dict(inputs=value) for value in values],
                sampler=dict(type='DefaultSampler', shuffle=False),
                batch_size=2,
                collate_fn=dict(type='default_collate'),
            ),
            train_cfg=dict(type=loop, max_epochs=max_epochs),
            optim_wrapper=dict(optimizer=dict(type='SGD', lr=1e-3)),
            default_scope='fairmot_mm',
            experiment_name=f'{tmp_path.name}_{count}',
        )
        return Runner(OneWeight(), str(tmp_path), **settings | kwargs)

    return make
