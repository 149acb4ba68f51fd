import math
from types import SimpleNamespace

import pytest
import torch
from mmdet.structures import DetDataSample
from mmengine.logging import MMLogger
from mmengine.model import BaseModel, MMDistributedDataParallel
from mmengine.optim import AmpOptimWrapper, OptimWrapper
from mmengine.runner import Runner
from mmengine.structures import InstanceData

from fairmot_mm.engine import LossGuardHook
from fairmot_mm.registry import OPTIM_WRAPPERS
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

    def run(
        values,
        accumulative_counts=1,
        interval=1,
        checkpoint=None,
        wrapper=None,
        **guard,
    ):
        model = OneWeight()
        runner = Runner(
            model,
            str(tmp_path),
            train_dataloader=dict(
                dataset=[image(*item) for item in enumerate(values)],
                sampler=dict(type='DefaultSampler', shuffle=False),
                batch_size=1,
            ),
            train_cfg=dict(type='ResumableEpochLoop', max_epochs=1),
            optim_wrapper=dict(
                optimizer=dict(type='SGD', lr=1.0),
                accumulative_counts=accumulative_counts,
            )
            | (wrapper or {}),
            default_hooks=dict(checkpoint=checkpoint),
            custom_hooks=[
                dict(type='LossGuardHook', **guard),
                dict(type='FlagExchangeHook', interval=interval),
            ],
            default_scope='fairmot_mm',
            experiment_name=f'{tmp_path.name}_{len(values)}',
        )
        run.runner = runner
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


@pytest.mark.parametrize('bad', [math.nan, math.inf], ids=['loss', 'gradient'])
def test_stop_at_the_interval(train, bad):
    """The first bad iteration is named, however many came after it."""
    with pytest.raises(DivergedError) as stopped:
        train([0.25, bad, 0.5, 0.5, 0.5], interval=4)
    assert str(stopped.value).startswith('iteration 2: ')
    assert '(loss' in str(stopped.value)
    assert [f'{n}.jpg' in str(stopped.value) for n in range(4)] == [0, 1, 0, 0]
    assert train.runner.iter == 3  # the fourth iteration was the last
    # On a CPU the weight has learned from the good batches alone.
    assert train.runner.model.weight.item() == 1 - 0.25 - 0.5 - 0.5


@pytest.mark.parametrize('by_epoch', [True, False])
def test_no_checkpoint_of_bad_weights(by_epoch, train, tmp_path):
    """Long before the interval: a checkpoint is due, and the run stops instead."""
    saving = dict(type='CheckpointHook', interval=1 if by_epoch else 2)
    with pytest.raises(DivergedError, match='iteration 3: loss nan'):
        train(
            [0.25, 0.5, math.nan, 0.5],
            interval=99,
            checkpoint=saving | dict(by_epoch=by_epoch),
        )
    left = [path.name for path in tmp_path.glob('*.pth')]
    assert left == ([] if by_epoch else ['iter_2.pth'])


def test_a_hook_that_saves_at_any_time(train, tmp_path, monkeypatch):
    """The process that saves refuses, without the others."""

    def save(self, runner, *_, **__):
        if runner.iter == 1:
            runner.save_checkpoint(str(tmp_path), 'own.pth')

    monkeypatch.setattr('mmengine.hooks.IterTimerHook.after_train_iter', save)
    with pytest.raises(DivergedError, match='iteration 2: loss nan'):
        train([0.25, math.nan, 0.5], interval=99)
    assert not list(tmp_path.glob('*.pth'))


@pytest.mark.parametrize('action', ['stop', 'skip'])
@pytest.mark.parametrize('fails', [True, False])
def test_nothing_is_left_behind(action, fails, train):
    """After a training model, optimizer and wrapper are as before, also after an error.

    A second training with the same objects is guarded once.
    """
    settings = dict(action=action, max_skipped=0)
    if fails:
        with pytest.raises(DivergedError):
            train([0.25, math.nan], **settings)
    else:
        train([0.25, 0.5], **settings)
    runner = train.runner
    wrapper, kind = runner.optim_wrapper, type(runner.optim_wrapper)
    assert wrapper.update_params.__func__ is kind.update_params
    assert wrapper.step.__func__ is kind.step
    assert not runner.model._forward_hooks
    assert not wrapper.optimizer._optimizer_step_pre_hooks
    for _ in range(2):
        runner.call_hook('before_train')
    assert len(runner.model._forward_hooks) == 1
    assert len(wrapper.optimizer._optimizer_step_pre_hooks) == 1


def test_needs_the_exchange():
    """A Runner without it is told what to set."""
    with pytest.raises(
        ConfigError, match=r"flag_exchange=dict\(type='FlagExchangeHook'\)"
    ):
        LossGuardHook().before_train(SimpleNamespace(hooks=[]))


@OPTIM_WRAPPERS.register_module(force=True)
class ScalesOnCPU(AmpOptimWrapper):
    """mmengine's float16 wrapper without its cast and its wish for a GPU."""

    def __init__(self, scale=2.0**16, **kwargs):
        OptimWrapper.__init__(self, **kwargs)
        self.loss_scaler = torch.amp.GradScaler('cpu', init_scale=scale)
        self._scale_update_param = None

    optim_context = OptimWrapper.optim_context


FLOAT16 = dict(type='ScalesOnCPU')


@pytest.mark.parametrize('action', ['stop', 'skip'])
@pytest.mark.parametrize('fused', [False, True])
def test_float16_gradients_that_stay_bad(action, fused, train):
    """The scaler refuses them silently; after 20 in a row the run stops."""
    adam = dict(optimizer=dict(type='Adam', lr=0.1, fused=True)) if fused else {}
    with pytest.raises(DivergedError, match='21 iterations in a row') as stopped:
        train([0.25, 0.5] + [math.inf] * 60, action=action, wrapper=FLOAT16 | adam)
    message = str(stopped.value)
    assert message.startswith('iteration 23: gradient nan (')
    assert '22.jpg: 1 people' in message
    assert 'The loss scaler refuses the gradients' in message
    assert train.runner.iter == 22


def test_float16_every_second_gradient(train):
    """Never two in a row, yet half of the data is lost."""
    with pytest.raises(DivergedError, match='21 of the last 42 iterations'):
        train([0.0, math.inf] * 40, wrapper=FLOAT16)


def test_float16_search_of_the_scale(train):
    """A scale that is too large at first, as always, is no fault; the log counts."""
    bad = [math.inf] * 16
    weight = train([0.25, *bad, 0.5], wrapper=FLOAT16 | dict(clip_grad=CLIP))
    assert weight == 0.25
    scalars = train.runner.message_hub.log_scalars
    assert scalars['train/refused_updates'].current() == 16
    assert scalars['train/grad_norm'].data[0] == pytest.approx([0.25, 0.5])


def test_float16_accumulated(train):
    """An update that is refused loses all of its batches."""
    with pytest.raises(DivergedError, match='4 of the last 6 iterations') as stopped:
        train(
            [0.0, 0.0] + [0.0, math.inf] * 9,
            accumulative_counts=2,
            wrapper=FLOAT16,
            max_skipped=3,
        )
    assert str(stopped.value).startswith('iteration 6: ')
    assert [f'{n}.jpg' in str(stopped.value) for n in range(3, 7)] == [0, 1, 1, 0]


CLIP = dict(max_norm=9.0)


@pytest.mark.parametrize('bad', [math.nan, math.inf], ids=['loss', 'gradient'])
def test_share_of_left_out_batches(bad, train):
    """Every second batch is bad, never two in a row: the run stops, and says why."""
    with pytest.raises(DivergedError, match='6 of the last 12 iterations') as stopped:
        train([0.0, bad] * 20, action='skip')
    assert 'max_skipped_share=0.1' in str(stopped.value)
    assert train([0.0, bad] * 20, action='skip', max_skipped_share=0.5) == 1


def test_few_left_out_batches(train):
    """One batch of twelve may be bad for ever."""
    assert train(([0.0] * 11 + [math.nan]) * 12, action='skip') == 1


@pytest.mark.parametrize('bad', [math.nan, math.inf], ids=['loss', 'gradient'])
def test_log_of_a_batch_that_was_left_out(bad, train):
    """Its values are in no mean: those of the log are of the good batches."""
    wrapper = dict(clip_grad=CLIP)
    train([0.25, bad, 0.5], action='skip', wrapper=wrapper)
    scalars = train.runner.message_hub.log_scalars
    losses = scalars['train/loss'].data[0].tolist()
    assert [loss for loss in losses if loss] == [0.25, 0.375]
    assert len(losses) == (2 if math.isnan(bad) else 3)
    assert scalars['train/grad_norm'].data[0] == pytest.approx([0.25, 0.5])
    assert len(scalars['train/time'].data[0]) == 3


@pytest.mark.parametrize(
    'wrong', [dict(max_loss=0), dict(max_skipped=-1), dict(max_skipped_share=2)]
)
def test_values_out_of_range(wrong, train):
    """Each is named."""
    with pytest.raises(ConfigError, match=f'{next(iter(wrong))}='):
        train([1.0], **wrong)


class Unused(OneWeight):
    """Has a part that no loss depends on."""

    def __init__(self):
        super().__init__()
        self.spare = torch.nn.Linear(1, 1)


def train_rank(queue, store, rank, folder, values):
    """Train one of two processes that look for unused parameters."""
    torch.distributed.init_process_group(
        'gloo', f'file://{store}', rank=rank, world_size=2
    )
    try:
        model = Unused()
        runner = Runner(
            MMDistributedDataParallel(
                model, broadcast_buffers=False, find_unused_parameters=True
            ),
            str(folder / str(rank)),
            train_dataloader=dict(
                dataset=[image(*item) for item in enumerate(values)],
                sampler=dict(type='DefaultSampler', shuffle=False),
                batch_size=1,
            ),
            train_cfg=dict(type='ResumableEpochLoop', max_epochs=1),
            optim_wrapper=dict(
                optimizer=dict(type='AdamW', lr=0.1, weight_decay=0.5),
            ),
            default_hooks=dict(checkpoint=None),
            custom_hooks=[
                dict(type='LossGuardHook', action='skip'),
                dict(type='FlagExchangeHook'),
            ],
            default_scope='fairmot_mm',
            experiment_name=f'{folder.name}{rank}',
        )
        runner.train()
        found = [model.weight.item(), model.spare.weight.item(), model.seen.item()]
    except Exception as error:  # the other side waits for it
        found = repr(error)
    queue.put((rank, found))


def test_two_processes_with_unused_parameters(start_process, tmp_path):
    """A batch that is bad in one process is left out by both, wherever it is."""
    found = {}
    for name, values in (
        ('bad', [0.5, 0.5, math.nan, 0.5, 0.5, math.inf, 0.5, 0.5]),
        ('good', [0.5] * 4),
    ):
        queue = start_process.context.SimpleQueue()
        folder = tmp_path / name
        folder.mkdir()
        processes = [
            start_process(
                __file__, 'train_rank', queue, folder / 's', rank, folder, values
            )
            for rank in range(2)
        ]
        found[name] = dict(queue.get() for _ in processes)
        for process in processes:
            process.join()
    assert found['bad'][0][0] == found['bad'][1][0] == found['good'][0][0]
    for rank in range(2):
        assert found['bad'][rank] == found['good'][rank]
