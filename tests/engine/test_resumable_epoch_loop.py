import pytest
import torch
from mmengine.hooks import Hook

from fairmot_mm.engine import ResumableEpochLoop


class Failing(Hook):
    """Ends a training in its third iteration, and notes what it is told."""

    def __init__(self):
        self.told = []

    def after_train_iter(self, runner, **_):
        if runner.iter == 2:
            raise KeyboardInterrupt

    def after_failure(self, runner):
        self.told.append('failure')

    def after_train(self, runner):
        self.told.append('success')


def test_goes_on_within_an_epoch(make_runner, tmp_path):
    """Resumed after one of three iterations, the two others follow, then all."""
    whole = make_runner(range(6), max_epochs=2)
    whole.train()
    assert whole.model.seen == [*range(6)] * 2
    state = torch.load(tmp_path / 'epoch_1.pth', weights_only=False)
    state['meta'].update(epoch=0, iter=1)
    torch.save(state, tmp_path / 'iter_1.pth')
    resumed = make_runner(
        range(6), max_epochs=2, load_from=str(tmp_path / 'iter_1.pth'), resume=True
    )
    resumed.train()
    assert resumed.model.seen == [*range(2, 6), *range(6)]
    assert resumed.iter == whole.iter == 6


def test_a_sampler_may_skip_by_itself(make_runner):
    """`skip_first` gets the number of images, and no batch is dropped besides."""
    runner = make_runner(range(6))
    loop = runner.build_train_loop(runner._train_loop)
    skipped = []
    loop.dataloader.sampler.skip_first = skipped.append
    assert len([*loop._batches(2)]) == 3
    assert skipped == [4]


@pytest.mark.parametrize('fails', [True, False])
def test_hooks_are_told_of_a_failure(fails, make_runner):
    """`after_failure` is called where mmengine does not call `after_train`."""
    hook = Failing()
    runner = make_runner(range(6 if fails else 4), custom_hooks=[hook])
    if fails:
        with pytest.raises(KeyboardInterrupt):
            runner.train()
    else:
        runner.train()
    assert isinstance(runner.train_loop, ResumableEpochLoop)
    assert hook.told == ['failure' if fails else 'success']
