import copy
from pathlib import Path

import pytest
from mmengine.config import Config

from fairmot_mm.apis import load_config
from fairmot_mm.config.check_run import check_run
from fairmot_mm.utils import ConfigError

CONFIGS = Path(__file__).parents[2] / 'configs'
LEAF = CONFIGS / 'fairmot/fairmot_dla34_2xb6-30e_mot17half.py'


@pytest.fixture(scope='module')
def leaf():
    """A config that trains, validates and tests; options change a copy."""
    cfg = load_config(LEAF)

    def change(options):
        changed = copy.deepcopy(cfg)
        changed.merge_from_dict(options)
        return changed

    return change


@pytest.mark.parametrize('path', sorted(CONFIGS.rglob('*.py')), ids=lambda p: p.stem)
def test_every_config_passes(path):
    """Nothing is refused in any config of the project."""
    cfg = load_config(path)
    check_run(cfg, 'train')
    check_run(cfg, 'test')


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (
            {'model.detector.bbox_head.in_chanels': 8},
            r'model\.detector\.bbox_head: Cen',
        ),
        (
            {'default_hooks.checkpoint.type': 'ChekpointHook'},
            r'\.checkpoint\.type: Chek',
        ),
        (
            {'custom_hooks': [dict(type='EMAHook'), dict(type='SyncBuffersHok')]},
            r'custom_hooks\[1\]\.type: SyncBuffersHok is not in the hook registry',
        ),
        ({'visualizer.vis_backends.0.type': 'Local'}, r'visualizer\.vis_backends\[0\]'),
        ({'log_processor.windowsize': 1}, r"log_processor: .*'window_size'"),
        (
            {'optim_wrapper.optimizer.learning': 1},
            r'optim_wrapper\.optimizer: Adam has',
        ),
        ({'optim_wrapper.clip_gradd': 1}, r"optim_wrapper: OptimWrapper .*'clip_grad'"),
        (
            {'param_scheduler.type': 'MultiStep'},
            r'param_scheduler\.type: MultiStep is not',
        ),
        (
            {'train_dataloader.sampler.shufle': 1},
            r"train_dataloader\.sampler: .*'shuffle'",
        ),
        (
            {'train_dataloader.dataset.type': 'JDE'},
            r'train_dataloader\.dataset\.type: J',
        ),
        (
            {'train_dataloader.dataset.pipeline.0.type': 'LoadImag'},
            r"train_dataloader\.dataset\.pipeline\[0\]\.type: .*'LoadImage'",
        ),
        ({'val_evaluator.metrc': 1}, 'val_evaluator: MOTMetric .*metrc'),
        ({'train_cfg.max_epoch': 1}, r"train_cfg: .*'max_epochs'"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else '',
)
def test_mistakes_at_each_place(leaf, options, message):
    """One line says where in the config what is wrong."""
    with pytest.raises(ConfigError, match=message) as caught:
        check_run(leaf(options), 'train')
    assert '\n' not in str(caught.value)


def test_a_test_needs_no_training(leaf):
    """What the run does not build may be wrong."""
    wrong = {'train_dataloader.dataset.type': 'MyDataset'}
    check_run(leaf(wrong), 'test')
    with pytest.raises(ConfigError, match='MyDataset'):
        check_run(leaf(wrong), 'train')
    with pytest.raises(ConfigError, match=r'test_dataloader\.dataset: .*data_rot'):
        check_run(
            leaf(
                {
                    'test_dataloader.dataset': dict(
                        _delete_=True,
                        type='RepeatDataset',
                        times=2,
                        data_rot='x',
                        dataset=None,
                    )
                }
            ),
            'test',
        )


def test_data_sets_in_data_sets():
    """Wrapped and joined data sets, and transforms that hold transforms."""
    crop = dict(type='RandomCrop', crop_siz=3)
    lists = dict(data_root='', ann_files=[])
    inner = dict(
        type='JDEDataset', pipeline=[dict(type='Pad'), dict(type='Ped')], **lists
    )
    apply = dict(type='RandomApply', transforms=[crop])
    choice = dict(type='RandomChoice', transforms=[[dict(type='Pad')], [apply]])
    for dataset, place in (
        (inner, r'dataset\.pipeline\[1\]\.type: Ped'),
        (
            dict(type='ConcatDataset', datasets=[dict(type='JDEDataset'), inner]),
            r'dataset\.datasets\[1\]\.pipeline\[1\]\.type: Ped',
        ),
        (
            dict(type='RepeatDataset', times=2, dataset=inner),
            r'dataset\.dataset\.pipeline\[1\]\.type: Ped',
        ),
        (
            dict(type='JDEDataset', pipeline=[choice], **lists),
            r'pipeline\[0\]\.transforms\[1\]\[0\]\.transforms\[0\]: RandomCrop has no',
        ),
    ):
        cfg = Config(dict(test_dataloader=dict(dataset=dataset)))
        with pytest.raises(ConfigError, match=place):
            check_run(cfg, 'test')


def test_names_of_another_library_inside_a_transform():
    """mmdet's Albu takes names of albumentations."""
    albu = dict(type='Albu', transforms=[dict(type='ShiftScaleRotate', p=0.5)])
    dataset = dict(type='JDEDataset', data_root='', ann_files=[], pipeline=[albu])
    check_run(Config(dict(test_dataloader=dict(dataset=dataset))), 'test')


def test_keys_that_the_runner_takes_out():
    """They are no arguments of the components they stand with."""
    cfg = Config(
        dict(
            custom_hooks=[dict(type='EmptyCacheHook', priority='LOW')],
            optim_wrapper=dict(
                optimizer=dict(type='SGD', lr=0.1),
                constructor='DefaultOptimWrapperConstructor',
                paramwise_cfg=dict(bias_lr_mult=2),
            ),
            param_scheduler=dict(
                type='StepLR', step_size=1, convert_to_iter_based=True
            ),
            val_evaluator=dict(type='Evaluator', metrics=[dict(type='CocoMetric')]),
        )
    )
    check_run(cfg, 'train')
    own = dict(optimizer=dict(type='SGD', lr=1), constructor='Mine', key_of_mine=1)
    check_run(Config(dict(optim_wrapper=own)), 'train')


def test_a_batch_sampler_beside_drop_last():
    """torch refuses both together; the message has the key to set."""
    loader = dict(drop_last=True, batch_sampler=dict(type='IdentityBatchSampler'))
    with pytest.raises(ConfigError, match=r'set train_dataloader\.drop_last=False'):
        check_run(Config(dict(train_dataloader=loader)), 'train')
    loader['drop_last'] = False
    check_run(Config(dict(train_dataloader=loader)), 'train')
