import copy

import pytest
from mmengine.config import Config
from torch.utils.data import DataLoader

from fairmot_mm.config.check_loaders import (
    check_batches,
    check_loader,
    prepare_loaders,
    warn_of_unseeded_samples,
)
from fairmot_mm.config.check_run import check_run
from fairmot_mm.utils import ConfigError

JDE = dict(type='JDEDataset', data_root='', ann_files=['a'])
LOADER = dict(
    batch_size=2,
    num_workers=2,
    sampler=dict(type='SeededSampler', shuffle=True),
    dataset=JDE,
)


def config(**changes):
    return Config(dict(train_dataloader=copy.deepcopy(LOADER) | changes))


@pytest.mark.parametrize(
    ('changes', 'message'),
    [
        (dict(batchsize=4), r"no argument 'batchsize' \(did you mean 'batch_size'"),
        (dict(num_workers='two'), "for 'num_workers', not 'two'"),
        (dict(drop_last='yes'), "for 'drop_last', not 'yes'"),
    ],
)
def test_keys_and_values(changes, message):
    """They are those of torch's DataLoader and of mmengine."""
    check_loader(config(num_batch_per_epoch=3), 'train_dataloader')
    with pytest.raises(ConfigError, match=f'train_dataloader .*{message}'):
        check_loader(config(**changes), 'train_dataloader')


@pytest.mark.parametrize(
    ('wrapper', 'message'),
    [
        (
            dict(type='mmengine.RepeatDataset', times=2, dataset=JDE),
            r"dataset\.type: mmengine\.RepeatDataset does .* write 'RepeatDataset'",
        ),
        (
            dict(type='mmdet.ConcatDataset', datasets=[JDE]),
            "write 'ConcatDataset'",
        ),
        (
            dict(type='mmengine.dataset.ClassBalancedDataset', dataset=JDE),
            "write 'ClassBalancedDataset'",
        ),
        (
            dict(
                type='RepeatDataset',
                times=1,
                dataset=dict(type='MultiImageMixDataset', pipeline=[], dataset=JDE),
            ),
            r'dataset\.dataset: the transforms of MultiImageMixDataset mix',
        ),
    ],
)
def test_wrappers_that_mix_up_identities(wrapper, message):
    """They are refused with the way out."""
    with pytest.raises(ConfigError, match=message):
        check_loader(config(dataset=wrapper), 'train_dataloader')


@pytest.mark.parametrize('lacking', ['dataset', 'sampler'])
def test_what_a_loader_needs(lacking):
    """Without a sampler mmengine would not shuffle, and would not say so."""
    with pytest.raises(ConfigError, match=f"lacks the key '{lacking}'"):
        prepare_loaders(config(**{lacking: None}), 'train')


def test_options_of_workers():
    """They are left out without workers, which torch would refuse."""
    options = dict(
        persistent_workers=True,
        prefetch_factor=2,
        multiprocessing_context='fork',
        timeout=3,
    )
    for num_workers, left in ((0, set()), (1, {*options})):
        cfg = config(num_workers=num_workers, **options)
        prepare_loaders(cfg, 'train')
        assert {*cfg.train_dataloader} & {*options} == left


def test_a_sampler_without_seeds(log_lines):
    """A sampler of mmengine is named with what to use instead."""
    warn_of_unseeded_samples(config())
    assert not any('seed' in line for line in log_lines)
    inner = dict(type='RepeatDataset', times=2, dataset=JDE)
    sampler = dict(type='DefaultSampler', shuffle=True)
    warn_of_unseeded_samples(config(sampler=sampler, dataset=inner))
    told = [
        line for line in log_lines if 'DefaultSampler gives samples no seed' in line
    ]
    assert len(told) == 1
    assert 'SeededSampler gives' in told[0]
    log_lines.clear()
    warn_of_unseeded_samples(config(sampler=sampler, dataset=dict(type='CocoDataset')))
    assert not any('seed' in line for line in log_lines)


class Loop:
    def __init__(self, size, batch_size=2, drop_last=True):
        self.dataloader = DataLoader(
            range(size), batch_size=batch_size, drop_last=drop_last, sampler=range(size)
        )


class Runner:
    def __init__(self, train, val=None):
        self.train_loop, self.val_loop, self.test_loop = train, val, train


@pytest.mark.parametrize(
    ('runner', 'message'),
    [
        (
            Runner(Loop(1)),
            r'train_dataloader gives no batch: 1 samples, batch_size=2, dr',
        ),
        (Runner(Loop(2), Loop(0)), r'val_dataloader gives no batch: 0 samples'),
    ],
)
def test_no_batch(runner, message):
    """A run that would do nothing is refused."""
    with pytest.raises(ConfigError, match=message):
        check_batches(runner, 'train')
    check_batches(Runner(Loop(2), Loop(1, drop_last=False)), 'train')
    with pytest.raises(ConfigError, match='test_dataloader gives no batch'):
        check_batches(Runner(Loop(0)), 'test')


def test_ranks_with_different_numbers(monkeypatch):
    """Training would wait for ever; a test may leave a rank without videos."""
    monkeypatch.setattr(
        'fairmot_mm.config.check_loaders.all_gather_object', lambda own: [own, 0]
    )
    with pytest.raises(ConfigError, match=r'gives the processes \[1, 0\] batches'):
        check_batches(Runner(Loop(2)), 'train')
    check_batches(Runner(Loop(2)), 'test')


@pytest.mark.parametrize(
    ('changes', 'message'),
    [
        (dict(randomness=dict(sead=3)), r"randomness has no argument 'sead' .*'seed'"),
        (
            dict(env_cfg=dict(cudnn_benchmrk=True)),
            "env_cfg has no key 'cudnn_benchmrk'",
        ),
        (dict(env_cfg=dict(mp_cfg=dict(mp_start='fork'))), r'env_cfg\.mp_cfg has no'),
        (dict(auto_scale_lr=dict(base_batchsize=3)), "did you mean 'base_batch_size'"),
        (dict(load_from=3), r"the config takes Optional\[str\] for 'load_from', not 3"),
        (dict(model='FairMOT'), "for 'model', not 'FairMOT'"),
        (dict(default_hooks=[dict(type='EMAHook')]), "'default_hooks'"),
    ],
)
def test_keys_at_the_top(changes, message):
    """Dicts that are no component, and the types of all keys."""
    with pytest.raises(ConfigError, match=message):
        check_run(Config(changes), 'train')


@pytest.mark.parametrize(
    ('key', 'sampler', 'message'),
    [
        ('sampler', 'ClassAwareSampler', 'needs sizes, classes or videos'),
        ('sampler', 'mmdet.TrackImgSampler', 'needs sizes, classes or videos'),
        ('batch_sampler', 'AspectRatioBatchSampler', 'needs .* IdentityBatchSampler'),
        ('batch_sampler', 'mmdet.TrackAspectRatioBatchSampler', 'needs sizes'),
        ('sampler', 'InfiniteSampler', r'never ends: .*IterBasedTrainLoop'),
    ],
)
@pytest.mark.parametrize('loop', ['ResumableEpochLoop', 'EpochBasedTrainLoop'])
def test_samplers_that_cannot_work(key, sampler, message, loop):
    """They are for other data or for other loops; the message has the way out."""
    cfg = config(**{key: dict(type=sampler)})
    cfg.train_cfg = dict(type=loop, max_epochs=1)
    with pytest.raises(ConfigError, match=rf'^train_dataloader\.{key}: .*{message}'):
        check_loader(cfg, 'train_dataloader')


def test_a_sampler_without_end_for_a_loop_over_iterations():
    """There it is the right one, and samplers of mmdet serve other data sets."""
    cfg = config(sampler=dict(type='InfiniteSampler'))
    cfg.train_cfg = dict(type='IterBasedTrainLoop', max_iters=1)
    check_loader(cfg, 'train_dataloader')
    coco = dict(type='CocoDataset', ann_file='a')
    cfg = config(batch_sampler=dict(type='AspectRatioBatchSampler'), dataset=coco)
    check_loader(cfg, 'train_dataloader')
