from types import SimpleNamespace

import pytest
from mmengine.logging import MessageHub

from fairmot_mm.engine import MeanLogProcessor, mean_log_processor


@pytest.fixture
def runner(request):
    """What the processor needs of a Runner, after some iterations."""
    name = request.node.name
    loop = SimpleNamespace(dataloader=range(8))
    runner = SimpleNamespace(
        message_hub=MessageHub.get_instance(name),
        cfg={},
        train_loop=loop,
        _train_loop=loop,
        iter=0,
        epoch=0,
        max_epochs=1,
        model=None,
    )
    runner.message_hub.log_scalars.clear()
    runner.message_hub.runtime_info.clear()
    return runner


def log(runner, **values):
    for key, value in values.items():
        runner.message_hub.update_scalar(f'train/{key}', value)


def test_mean_since_the_last_line(runner):
    """Each loss and time, whatever its name; rates and memory are the newest."""
    processor = MeanLogProcessor(window_size=2)
    for number in (1.0, 2.0, 6.0):
        log(runner, loss=number, heat=10 * number, lr=number, host_memory=number)
    tag, line = processor.get_log_after_iter(runner, 2, 'train')
    assert (tag['loss'], tag['heat']) == (3, 30)
    assert (tag['lr'], tag['host_memory']) == (6, 6)
    assert 'loss: 3.0000' in line
    log(runner, loss=5.0, heat=1.0)
    tag, _ = processor.get_log_after_iter(runner, 3, 'train')
    assert (tag['loss'], tag['heat']) == (5, 1)


def test_a_resumed_run(runner):
    """It has the lines that the run would have had without the interruption.

    A checkpoint that does not say what was logged gives a mean of the last values, not
    one over the whole training.
    """
    runner.cfg['resume'] = True
    for number in (100.0, 1.0, 2.0):
        log(runner, loss=number)
    get_log = MeanLogProcessor(window_size=2).get_log_after_iter
    assert get_log(runner, 2, 'train')[0]['loss'] == 1.5
    log(runner, loss=7.0)
    resumed = MeanLogProcessor(window_size=2)
    assert resumed.get_log_after_iter(runner, 3, 'train')[0]['loss'] == 7


def test_all_processes(runner, monkeypatch):
    """Iterations of every process count alike."""
    monkeypatch.setattr(
        mean_log_processor,
        'all_gather_object',
        lambda own: [own, {'train/loss': (9, 3)}],
    )
    log(runner, loss=1.0, other=4.0)
    tag, _ = MeanLogProcessor().get_log_after_iter(runner, 0, 'train')
    assert tag['loss'] == 10 / 4
    assert tag['other'] == 4


def test_nothing_since_the_last_line(runner):
    """A value of which there is no new one is not shown again."""
    processor = MeanLogProcessor()
    log(runner, loss=1.0, grad_norm=2.0)
    processor.get_log_after_iter(runner, 0, 'train')
    log(runner, loss=3.0)
    tag, line = processor.get_log_after_iter(runner, 1, 'train')
    assert tag['loss'] == 3
    assert 'grad_norm' not in tag
    assert 'grad_norm' not in line


def test_not_a_number_is_shown(runner):
    """Only what `LossGuardHook` leaves out is kept from the log."""
    log(runner, loss=1.0)
    log(runner, loss=float('nan'))
    tag, _ = MeanLogProcessor().get_log_after_iter(runner, 1, 'train')
    assert tag['loss'] != tag['loss']


def test_own_statistics_stay(runner):
    """`custom_cfg` has the last word."""
    custom = [dict(data_src='loss', method_name='max', window_size=9)]
    processor = MeanLogProcessor(custom_cfg=custom)
    for number in (1.0, 3.0):
        log(runner, loss=number)
    assert processor.get_log_after_iter(runner, 1, 'train')[0]['loss'] == 3
