"""Training with identities that are split over two processes, and sampled."""

import pytest
import torch

# Eight images are two iterations of two processes, one update.
RUN = """
param_scheduler = None
train_cfg = dict(max_epochs=3, val_begin=99)
default_hooks = dict(checkpoint=dict(save_best=None))
optim_wrapper = dict(accumulative_counts=2, clip_grad=dict(max_norm=5))
custom_hooks = [dict(type='EMAHook', momentum=0.1)]
"""
SHARDED = """
partial = dict(type='PartialClassifier')
model['detector']['reid_head']['classifier_cfg'] = partial
"""
# Half of the identities of each process in a step.
SAMPLED = """
partial.update(sample_ratio=0.5, sparse_grad=True)
optim_wrapper.update(type='BFloat16OptimWrapper', optimizer=dict(type='RowAdam'))
"""
# Small steps, which do not magnify rounding; larger ones of the classifier.
SGD = """
optim_wrapper.update(
    optimizer=dict(_delete_=True, type='SGD', lr=0.001, momentum=0.9),
    paramwise_cfg=dict(custom_keys=dict(classifier=dict(lr_mult=100))),
)
"""
CLASSIFIER = 'detector.reid_head.classifier.weight'


def assert_equal(one, two, tolerance=0.0):
    """Weights, averaged weights and state of the optimizer."""
    for part in ('state_dict', 'ema_state_dict'):
        for name, value in one[part].items():
            if not name.endswith(('num_draws', 'steps')):
                torch.testing.assert_close(
                    value, two[part][name], rtol=tolerance, atol=tolerance, msg=name
                )
    for number, state in one['optimizer']['state'].items():
        for key, value in state.items():
            torch.testing.assert_close(
                value,
                two['optimizer']['state'][number][key],
                rtol=0,
                atol=10 * tolerance,
            )


def load(work_dir, epoch):
    return torch.load(work_dir / f'epoch_{epoch}.pth', weights_only=True)


def test_sharded_equals_plain(make_config, run_ranks, tmp_path):
    """Two processes with half of the identities each train what two plain ones do.

    After an update, clipped: weights and averaged weights to 1e-6, momentum to 1e-5.
    From there on the network, as small and random as it is, magnifies rounding.
    """
    for name, extra in (('plain', ''), ('sharded', SHARDED)):
        one_epoch = 'train_cfg.update(max_epochs=1)\n'
        config = make_config(RUN + SGD + extra + one_epoch)
        run_ranks(2, 'train', config, '--work-dir', tmp_path / name)
    plain, sharded = (load(tmp_path / name, 1) for name in ('plain', 'sharded'))
    shape = plain['state_dict'][CLASSIFIER].shape
    states = plain['optimizer']['state'].values()
    moved = [
        s['momentum_buffer'] for s in states if s['momentum_buffer'].shape == shape
    ]
    assert moved[0].abs().amax(dim=1).min() > 1e-5
    assert_equal(plain, sharded, 1e-6)


@pytest.fixture(scope='module')
def straight(make_config, run_ranks, tmp_path_factory):
    """Work dir of two processes that sample, in bfloat16, without interruption."""
    work_dir = tmp_path_factory.mktemp('straight')
    config = make_config(RUN + SHARDED + SAMPLED)
    run_ranks(2, 'train', config, '--work-dir', work_dir)
    return work_dir


def test_whole_checkpoint(straight):
    """It has the identities of both processes: weights, averages and moments."""
    checkpoint = load(straight, 3)
    assert checkpoint['state_dict'][CLASSIFIER].shape[0] > 4
    shape = checkpoint['state_dict'][CLASSIFIER].shape
    assert checkpoint['ema_state_dict'][f'module.{CLASSIFIER}'].shape == shape
    states = checkpoint['optimizer']['state'].values()
    assert any(state['exp_avg'].shape == shape for state in states)
    assert checkpoint['state_dict']['detector.reid_head.classifier.num_draws'] == 6


WAYS = """
train_cfg.update(max_epochs=1, val_begin=1)
default_hooks['checkpoint'] = dict(
    save_best='mot/MOTA', published_keys=['meta', 'state_dict']
)
custom_hooks += [
    dict(
        type='CheckpointHook',
        by_epoch=False,
        interval=1,
        filename_tmpl='every_{}.pth',
        save_optimizer=False,
        save_param_scheduler=False,
    )
]
"""


def test_every_way_to_save(make_config, run_ranks, tmp_path):
    """The best, the last, without optimizer, by iteration, published: all have all."""
    config = make_config(RUN + SHARDED + SAMPLED + WAYS)
    run_ranks(2, 'train', config, '--work-dir', tmp_path)
    saved = {
        path.name: torch.load(path, weights_only=True)
        for path in tmp_path.glob('*.pth')
    }
    whole = saved['epoch_1.pth']
    kinds = {name.split('.')[0].partition('-')[0] for name in saved}
    assert kinds == {'best_mot_MOTA_epoch_1', 'epoch_1', 'every_1', 'every_2'}
    assert len(saved) == 6  # the best and the last are published too
    for name, content in saved.items():
        assert ('optimizer' in content) == (name == 'epoch_1.pth')
        assert len(content['state_dict'][CLASSIFIER]) == 6, name
        if name != 'every_1.pth':
            weight = content['state_dict'][CLASSIFIER]
            assert torch.equal(weight, whole['state_dict'][CLASSIFIER])
        if '-' not in name:
            assert len(content['ema_state_dict'][f'module.{CLASSIFIER}']) == 6


def test_resumed(straight, make_config, run_ranks, tmp_path):
    """Resumed from epoch one: the same samples, weights and moments to the last bit."""
    config = make_config(RUN + SHARDED + SAMPLED)
    arguments = ['--work-dir', tmp_path, '--resume', straight / 'epoch_1.pth']
    run_ranks(2, 'train', config, *arguments)
    assert_equal(load(straight, 3), load(tmp_path, 3))


def test_resumed_by_one_process(straight, make_config, run_tool, tmp_path):
    """One process goes on with the identities of two; half of them are in a step."""
    config = make_config(RUN + SHARDED + SAMPLED + 'train_cfg.update(max_epochs=2)\n')
    arguments = ['--work-dir', tmp_path, '--resume', straight / 'epoch_1.pth']
    run_tool('train', config, *arguments)
    before, after = (load(folder, n) for folder, n in ((straight, 1), (tmp_path, 2)))
    states = [
        next(
            state['exp_avg']
            for state in checkpoint['optimizer']['state'].values()
            if state['exp_avg'].shape == checkpoint['state_dict'][CLASSIFIER].shape
        )
        for checkpoint in (before, after)
    ]
    assert states[0].any(dim=1).sum() > 3  # of both processes
    one, two = (
        part['ema_state_dict'][f'module.{CLASSIFIER}'] for part in (before, after)
    )
    assert (
        (one - two).abs().amax(dim=1) < 0.01
    ).all()  # no process trained rows of another
    assert not torch.equal(one, two)
