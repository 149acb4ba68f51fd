import multiprocessing
from types import SimpleNamespace

import torch
import torch.distributed
from mmengine.hooks import EMAHook
from torch import nn

from fairmot_mm.engine import SyncAllBuffersHook


def average(rank, store, queue):
    """One of two processes whose batch norms saw the means 0 and 4, 10 and 14."""
    torch.distributed.init_process_group(
        'gloo', f'file://{store}', rank=rank, world_size=2
    )
    model, ema = nn.BatchNorm1d(1), EMAHook()
    ema.ema_model = nn.BatchNorm1d(1)
    model.running_mean.fill_(4 * rank)
    ema.ema_model.running_mean.fill_(10 + 4 * rank)
    model.num_batches_tracked.fill_(7)
    runner = SimpleNamespace(model=model, hooks=[ema])
    SyncAllBuffersHook().after_train_epoch(runner)
    buffers = model.running_mean, ema.ema_model.running_mean, model.num_batches_tracked
    queue.put([buffer.item() for buffer in buffers])


def test_both_processes_hold_the_mean(tmp_path):
    """Running means of the model and of its average; counters stay whole numbers."""
    context = multiprocessing.get_context('fork')
    queue = context.Queue()
    processes = [
        context.Process(target=average, args=(rank, tmp_path / 'store', queue))
        for rank in range(2)
    ]
    for process in processes:
        process.start()
    assert [queue.get(timeout=60) for _ in processes] == [[2, 12, 7]] * 2
    for process in processes:
        process.join()


def test_one_process_is_left_alone():
    """Without other processes nothing changes."""
    model = nn.BatchNorm1d(1)
    model.running_mean.fill_(3)
    runner = SimpleNamespace(model=model, hooks=[])
    SyncAllBuffersHook().after_train_epoch(runner)
    assert model.running_mean.item() == 3
