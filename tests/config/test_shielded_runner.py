import signal

import pytest
import torch
from mmengine.model import BaseModel

from fairmot_mm.config.shielded_runner import ShieldedRunner


class OneWeight(BaseModel):
    """The loss is the weight times the image, a number."""

    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(()))

    def forward(self, inputs, mode='tensor'):
        return {'loss': (self.weight * inputs.float()).sum()}


@pytest.mark.parametrize(
    'loop',
    [
        dict(type='IterBasedTrainLoop', max_iters=9),
        dict(type='ResumableEpochLoop', max_epochs=2),
    ],
)
def test_workers_outlive_a_signal_to_the_job(loop, tmp_path, signal_from_another):
    """A loop over iterations too, whose workers start before any hook is called."""
    handler = signal.getsignal(signal.SIGTERM)
    runner = ShieldedRunner(
        OneWeight(),
        str(tmp_path),
        train_dataloader=dict(
            dataset=[dict(inputs=value) for value in range(12)],
            sampler=dict(type='DefaultSampler', shuffle=False),
            batch_size=2,
            num_workers=1,
            persistent_workers=True,
            collate_fn=dict(type='default_collate'),
        ),
        train_cfg=loop,
        optim_wrapper=dict(optimizer=dict(type='SGD', lr=1e-3)),
        custom_hooks=[
            dict(type='FlagExchangeHook'),
            dict(type='StopOnSignalHook'),
            signal_from_another,
        ],
        default_scope='fairmot_mm',
        experiment_name=tmp_path.name,
    )
    try:
        with pytest.raises(SystemExit) as ended:
            runner.train()
    finally:
        signal.signal(signal.SIGTERM, handler)
    assert ended.value.code == 128 + signal.SIGTERM
    assert (tmp_path / 'iter_2.pth').exists()
