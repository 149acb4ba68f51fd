"""The experiments of configs/fairmot against the settings of the published scripts."""

from pathlib import Path
from typing import NamedTuple

import pytest

from fairmot_mm.apis import load_config

LEAVES = Path(__file__).parents[1] / 'configs' / 'fairmot'
OTHERS = (
    'caltech.all',
    'citypersons.train',
    'cuhksysu.train',
    'prw.train',
    'eth.train',
)
CROWDHUMAN = ('crowdhuman.train', 'crowdhuman.val')
MIX, MIX_HALF = ('mot17.train', *OTHERS), ('mot17.half', *OTHERS)
COCO = 'ctdet_coco_dla_2x.pth'


class Published(NamedTuple):
    """Settings of a published script: src/lib/opts.py where it gives no other."""

    lists: tuple[str, ...]
    start: str
    batch: int = 12
    epochs: int = 30
    step: int = 20
    lr: float = 1e-4
    size_weight: float = 0.1
    embed_dims: int = 128
    uncertainty: bool = True
    clip: bool = False
    score_thr: float = 0.4
    test_root: str = 'MOT17/images/train'
    test_split: str = 'all'


HALF = dict(test_split='second-half')
FINE = dict(start='fairmot_dla34.pth', epochs=20, step=15, score_thr=0.3)
YOLO = dict(
    start='yolov5s.pt',
    batch=16,
    lr=5e-4,
    size_weight=0.5,
    embed_dims=64,
    uncertainty=False,
)
# Experiment id of the script -> (name of the leaf, settings).
PUBLISHED = {
    'crowdhuman_dla34': (
        'dla34_2xb4-60e_crowdhuman',
        Published(CROWDHUMAN, COCO, batch=8, epochs=60, step=50),
    ),
    'mix_ft_ch_dla34': (
        'dla34_2xb6-30e_mix_pre-crowdhuman',
        Published(MIX, 'crowdhuman_dla34.pth'),
    ),
    'mix_dla34': ('dla34_2xb6-30e_mix', Published(MIX, COCO)),
    'mot17_dla34': ('dla34_2xb6-30e_mot17', Published(('mot17.train',), COCO)),
    'mot17_half_dla34': (
        'dla34_2xb6-30e_mot17half',
        Published(('mot17.half',), COCO, **HALF),
    ),
    'mix_mot17_half_dla34': (
        'dla34_2xb6-30e_mix-mot17half',
        Published(MIX_HALF, COCO, **HALF),
    ),
    'mot15_ft_mix_dla34': (
        'dla34_2xb6-20e_mot15_pre-mix',
        Published(('mot15.train',), **FINE, test_root='MOT15/images/train'),
    ),
    'mot20_ft_mix_dla34': (
        'dla34_2xb6-20e_mot20_pre-mix',
        Published(('mot20.train',), **FINE, test_root='MOT20/images/train', clip=True),
    ),
    'mix_mot17_half_hrnet18': (
        'hrnet-w18_2xb4-30e_mix-mot17half',
        Published(MIX_HALF, 'hrnetv2_w18_imagenet_pretrained.pth', batch=8, **HALF),
    ),
    'mix_mot17_half_res34': (
        'r34-dcn_2xb6-30e_mix-mot17half',
        Published(MIX_HALF, 'resnet34-333f7ec4.pth', **HALF),
    ),
    'mix_mot17_half_res34fpn': (
        'r34-fpn-dcn_2xb6-30e_mix-mot17half',
        Published(MIX_HALF, 'resnet34-333f7ec4.pth', **HALF),
    ),
    'mix_mot17_half_res50': (
        'r50-dcn_2xb6-30e_mix-mot17half',
        Published(MIX_HALF, 'resnet50-19c8e357.pth', **HALF),
    ),
    'all_yolov5s': (
        'yolov5s_2xb8-30e_all',
        Published((*MIX, *CROWDHUMAN), **YOLO),
    ),
    'mix_mot17_half_yolov5s': (
        'yolov5s_2xb8-30e_mix-mot17half',
        Published(MIX_HALF, **YOLO, **HALF),
    ),
    'mot17_half_yolov5s': (
        'yolov5s_2xb8-30e_mot17half',
        Published(('mot17.half',), **YOLO, **HALF),
    ),
}
# Ours: small networks for a CPU, and a network that FairMOT never had.
OURS = (
    'fairmot_dla34-conv-small_1xb4-',
    'fairmot_regnetx-400mf-fpn_2xb6-30e_mot17',
    'fairmot_csp-lite_1xb8-',
    'fairmot_csp-small_1xb8-',
    'fairmot_yolov5s-lite_1xb',
    # PaddleDetection's MCFairMOT.
    'fairmot_dla34_4xb6-30e_visdrone',
    'fairmot_hrnet-w18_4xb8-30e_visdrone',
    'fairmot_dla34_4xb6-30e_kitti',
    'fairmot_hrnet-w18_4xb8-30e_bdd100k',
)
# Leaf -> classes, batch, rate, steps, input and outputs of a size, as published there.
SEVERAL_CLASSES = {
    'dla34_4xb6-30e_visdrone_pre-crowdhuman': (
        (10, 24, 5e-4, [10, 20], (1088, 608), 'wh', 200)
    ),
    'hrnet-w18_4xb8-30e_visdrone': (10, 32, 5e-4, [10, 20], (1088, 608), 'wh', 200),
    'dla34_4xb6-30e_kitti_pre-crowdhuman': (
        (2, 24, 1e-4, [20], (1088, 608), 'ltrb', 500)
    ),
    'hrnet-w18_4xb8-30e_bdd100k': (8, 32, 5e-4, [10, 20], (576, 320), 'wh', 200),
}


@pytest.mark.parametrize('script', PUBLISHED)
def test_settings(script):
    """Batch, schedule, rate, losses, lists, thresholds and start are the published."""
    name, published = PUBLISHED[script]
    path = LEAVES / f'fairmot_{name}.py'
    assert f'`{script}`' in path.read_text()
    cfg = load_config(path, {'data_root': 'd', 'pretrained_dir': 'p'})
    train, test = cfg.train_dataloader, cfg.test_dataloader.dataset
    detector = cfg.model.detector
    ours = Published(
        lists=tuple(train.dataset.ann_files),
        start=starting_file(cfg),
        batch=cfg.auto_scale_lr.base_batch_size,
        epochs=cfg.train_cfg.max_epochs,
        step=cfg.param_scheduler.milestones[0],
        lr=cfg.optim_wrapper.optimizer.lr,
        size_weight=detector.bbox_head.loss_size.loss_weight,
        embed_dims=detector.reid_head.embed_dims,
        uncertainty=detector.task_weighting.type == 'UncertaintyWeighting',
        clip=step_of(train.dataset.pipeline, 'JDERandomAffine').get(
            'clip_border', False
        ),
        score_thr=cfg.model.tracker.obj_score_thr,
        test_root=test.data_root.removeprefix('d/'),
        test_split=test.get('split', 'all'),
    )
    assert ours == published


def step_of(pipeline, name):
    steps = [inner for step in pipeline for inner in step.get('transforms', [step])]
    (found,) = [step for step in steps if step['type'] == name]
    return found


def starting_file(cfg):
    """Name of the one file of weights that training starts from, all in one folder."""
    assert "'Pretrained'" not in str(cfg.model)
    assert Path(cfg.load_from).parent == Path('p')
    return Path(cfg.load_from).name


@pytest.mark.parametrize('script', PUBLISHED)
def test_common_settings(script):
    """What all published scripts have in common."""
    cfg = load_config(LEAVES / f'fairmot_{PUBLISHED[script][0]}.py')
    optimizer, scheduler = cfg.optim_wrapper.optimizer, cfg.param_scheduler
    assert cfg.optim_wrapper == dict(type='OptimWrapper', optimizer=optimizer)
    assert set(optimizer) == {'type', 'lr'}
    assert optimizer.type == 'Adam'  # torch's defaults are the published values
    assert scheduler.type == 'MultiStepLR'
    assert len(scheduler.milestones) == 1
    assert (scheduler.by_epoch, scheduler.gamma) == (True, 0.1)
    assert cfg.train_dataloader.drop_last
    assert cfg.train_dataloader.dataset.data_root == 'data'
    assert cfg.randomness.seed == 317
    train, test = cfg.train_dataloader.dataset, cfg.test_dataloader.dataset
    for pipeline in (train.pipeline, test.pipeline):
        assert step_of(pipeline, 'Letterbox').scale == (1088, 608)
    head, weighting = cfg.model.detector.bbox_head, cfg.model.detector.task_weighting
    assert head.loss_heatmap.loss_weight == 1
    assert head.loss_offset.loss_weight == 1
    assert head.size_type == 'ltrb'
    assert head.test_cfg.max_per_img == 500
    if weighting.type == 'UncertaintyWeighting':
        assert weighting.init_log_vars == dict(det=-1.85, id=-1.05)
    else:
        assert weighting.weights == dict(det=1, id=0.1)
    tracker = cfg.model.tracker
    assert (tracker.track_buffer, tracker.min_box_area) == (30, 100)


@pytest.mark.parametrize('name', SEVERAL_CLASSES)
def test_settings_of_several_classes(name):
    """They are those of PaddleDetection's configs, and each class has a name."""
    cfg = load_config(LEAVES / f'fairmot_{name}.py')
    head, tracker = cfg.model.detector.bbox_head, cfg.model.tracker
    test_set = cfg.test_dataloader.dataset
    assert (
        head.num_classes,
        cfg.auto_scale_lr.base_batch_size,
        cfg.optim_wrapper.optimizer.lr,
        cfg.param_scheduler.milestones,
        tuple(step_of(test_set.pipeline, 'Letterbox').scale),
        head.size_type,
        head.test_cfg.max_per_img,
    ) == SEVERAL_CLASSES[name]
    assert (tracker.min_box_area, tracker.max_aspect_ratio) == (0, None)
    assert tracker.obj_score_thr == 0.4
    assert cfg.train_cfg.max_epochs == 30
    for loader in (cfg.train_dataloader, cfg.val_dataloader, cfg.test_dataloader):
        assert len(loader.dataset.metainfo.classes) == head.num_classes
    assert cfg.val_evaluator.type == cfg.test_evaluator.type == 'ClassMOTMetric'
    assert not cfg.model.detector.reid_head.joint_classes


def test_every_leaf_is_in_the_table():
    """A leaf is a published experiment or one of ours."""
    known = {f'fairmot_{name}.py' for name, _ in PUBLISHED.values()}
    found = {path.name for path in LEAVES.glob('*.py')}
    assert {name for name in found if not name.startswith(OURS)} == known


def test_fine_tuning_replaces_the_classifier():
    """Where a FairMOT training goes on with other people, their classes start anew."""
    for name, published in PUBLISHED.values():
        cfg = load_config(LEAVES / f'fairmot_{name}.py')
        mismatch = cfg.model.detector.reid_head.get('on_classifier_mismatch', 'error')
        continues = published.start in ('crowdhuman_dla34.pth', 'fairmot_dla34.pth')
        assert mismatch == ('reinit' if continues else 'error')
        assert continues == ('_pre-' in name)
