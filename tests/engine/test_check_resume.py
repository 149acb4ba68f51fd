import pytest
import torch

from fairmot_mm.utils.errors import CheckpointError

EMA = dict(type='EMAHook')
STEPS = dict(type='MultiStepLR', milestones=[5], by_epoch=True)


def wrapper(kind='SGD', lr=1e-3, **optimizer):
    return dict(optimizer=dict(type=kind, lr=lr, **optimizer))


@pytest.fixture
def resume(make_runner, tmp_path):
    """Train an epoch with some settings, and resume it with others for the next."""

    def make(settings, **resumed):
        settings = dict(optim_wrapper=wrapper(), param_scheduler=[STEPS]) | settings
        cfg = {key: v for key, v in settings.items() if key != 'max_epochs'} | resumed
        hooks = [*settings.pop('custom_hooks', ()), dict(type='ResumeHook')]
        return make_runner(range(4), cfg=cfg, custom_hooks=hooks, **settings, **resumed)

    def run(before, after, change=None):
        make(before).train()
        path = tmp_path / 'epoch_1.pth'
        if change:
            content = torch.load(path, weights_only=False)
            change(content)
            torch.save(content, path)
        second = make(dict(max_epochs=2) | after, load_from=str(path), resume=True)
        run.log = []
        second.logger.warning = lambda text, *_: run.log.append(str(text))
        second.train()
        return second

    return run


def test_nothing_edited(resume):
    """The same config gives no warning about it."""
    assert resume({}, {}).iter == 4
    assert not [line for line in resume.log if 'config' in line]


def test_the_checkpoint_counts(resume):
    """Rate and milestones are restored; the log says that the edit has no effect."""
    edited = dict(
        optim_wrapper=wrapper(lr=0.5), param_scheduler=[{**STEPS, 'milestones': [1]}]
    )
    runner = resume({}, edited)
    assert runner.optim_wrapper.get_lr()['lr'] == [1e-3]
    (line,) = (line for line in resume.log if 'CHECKPOINT counts' in line)
    assert 'optim_wrapper.optimizer.lr (0.001 became 0.5)' in line
    assert 'param_scheduler.0.milestones.0 (5 became 1)' in line


def test_the_config_counts(resume):
    """Of the others the log says so."""
    runner = resume(
        dict(train_cfg=dict(type='ResumableEpochLoop', max_epochs=1)),
        dict(train_cfg=dict(type='ResumableEpochLoop', max_epochs=3)),
    )
    assert runner.epoch == 3
    (line,) = (line for line in resume.log if 'the config counts' in line)
    assert 'train_cfg.max_epochs (1 became 3)' in line
    assert any('end after 2 iterations, and this run has 6' in x for x in resume.log)


def test_nothing_left_to_do(resume):
    """A training that is complete says so."""
    runner = resume({}, dict(max_epochs=1))
    assert runner.iter == 2
    assert any('nothing is left to do' in line for line in resume.log)


@pytest.mark.parametrize(
    ('before', 'after', 'message'),
    [
        ({}, dict(optim_wrapper=wrapper('Adam')), 'state of SGD, and the optimizer is'),
        (
            {},
            dict(param_scheduler=[dict(type='CosineAnnealingLR', T_max=9)]),
            'state of MultiStepLR by epoch, not of CosineAnnealingLR by epoch',
        ),
        ({}, dict(param_scheduler=[{**STEPS, 'by_epoch': False}]), 'MultiStepLR by it'),
        (
            {},
            dict(param_scheduler=[STEPS, STEPS]),
            'by epoch, not of MultiStepLR by',
        ),
        (dict(custom_hooks=[EMA]), {}, 'averaged weights, and this run has no EMAHook'),
    ],
)
def test_refused(resume, before, after, message):
    """One line names what differs, the edit, and what to do instead."""
    with pytest.raises(CheckpointError, match=message) as refused:
        resume(before, after)
    text = str(refused.value)
    assert 'epoch_1.pth cannot be continued' in text
    assert 'Undo the change of ' in text
    assert 'load_from=' in text
    assert '\n' not in text


def _other_shape(content):
    content['state_dict']['weight'] = torch.zeros(3)


def _other_name(content):
    content['state_dict']['other'] = content['state_dict'].pop('weight')


def _other_groups(content):
    content['optimizer']['param_groups'][0]['params'].append(7)


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        (_other_shape, r'another one \(1 tensors; weight is \(3,\), not \(\)\)'),
        (_other_name, 'weight is missing'),
        (_other_groups, 'its optimizer trains other parameters'),
        (lambda c: c.pop('optimizer'), 'it has weights, but no optimizer'),
        (
            lambda c: c.pop('param_schedulers'),
            'but no param_schedulers',
        ),
        (lambda c: c['meta'].pop('iter'), 'not the state of a training'),
    ],
)
def test_other_state(resume, change, message):
    """A checkpoint of another model, or without its state, is refused in one line."""
    with pytest.raises(CheckpointError, match=message):
        resume({}, {}, change)


def test_another_loop(resume):
    """A training by iterations does not continue one by epochs."""
    cfg = dict(type='IterBasedTrainLoop', max_iters=9)
    with pytest.raises(CheckpointError, match='IterBasedTrainLoop counts differently'):
        resume(
            dict(train_cfg=dict(type='ResumableEpochLoop', max_epochs=1)),
            dict(train_cfg=cfg, max_epochs=1),
        )
