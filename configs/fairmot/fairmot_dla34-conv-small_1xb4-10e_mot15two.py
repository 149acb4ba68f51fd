# Two MOT15 sequences on a CPU, tried on a third: ETH-Sunnyday and PETS09-S2L1 train,
# TUD-Campus tests. docs/train_on_cpu.md has the commands and the result.
_base_ = [
    '../_base_/models/fairmot_dla34-conv-small.py',
    '../_base_/datasets/jde_320x192.py',
    '../_base_/schedules/adam_cpu_10e.py',
    '../_base_/default_runtime.py',
]
train_pipeline = [
    dict(type='LoadImage'),
    dict(type='LoadJDELabels'),
    dict(type='SaturationValueJitter', fraction=0.5),
    dict(type='Letterbox', scale=(320, 192)),
    # People of the test sequence stand three times as tall as most of these.
    dict(type='JDERandomAffine', scaling_ratio_range=(0.7, 2.2)),
    dict(type='RandomFlip', prob=0.5),
    dict(type='PackJDEInputs'),
]
model = dict(tracker=dict(obj_score_thr=0.3))  # as published for MOT15
videos = dict(data_root='${data_root}/mot15', sequences=['TUD-Campus'])
train_dataloader = dict(
    dataset=dict(ann_files=['mot15two.train'], pipeline=train_pipeline)
)
val_dataloader = dict(dataset=videos)
test_dataloader = dict(dataset=videos)
