# jde_1088x608.py at a size that a CPU can train, with a milder change of scale.
_base_ = './jde_1088x608.py'
input_size = (320, 192)

train_pipeline = [
    dict(type='LoadImage'),
    dict(type='LoadJDELabels'),
    dict(type='SaturationValueJitter', fraction=0.5),
    dict(type='Letterbox', scale=input_size),
    dict(type='JDERandomAffine', scaling_ratio_range=(0.8, 1.2)),
    dict(type='RandomFlip', prob=0.5),
    dict(type='PackJDEInputs'),
]
test_pipeline = [
    dict(type='LoadImage'),
    dict(type='Letterbox', scale=input_size),
    dict(type='PackFrame'),
]
train_dataloader = dict(
    batch_size=4, num_workers=2, dataset=dict(pipeline=train_pipeline)
)
val_dataloader = dict(dataset=dict(pipeline=test_pipeline))
test_dataloader = val_dataloader
