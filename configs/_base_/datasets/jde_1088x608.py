# Training on JDE lists, testing on MOTChallenge folders. A config on top names the
# lists and the sequences; input_size is (width, height). Every data set lies in
# data_root: set it in a config of your own or with --cfg-options data_root=FOLDER.
data_root = 'data'
input_size = (1088, 608)

# The published steps. FusedJDEAugment renders them with one warp: the same boxes, and
# pixels within a grey level on average (docs/performance_data.md). The steps followed
# by PackJDEInputs run one by one.
augment = [
    dict(type='LoadImage'),
    dict(type='LoadJDELabels'),
    dict(type='SaturationValueJitter', fraction=0.5),
    dict(type='Letterbox', scale=input_size),
    dict(type='JDERandomAffine'),
    dict(type='RandomFlip', prob=0.5),
]
train_pipeline = [
    dict(type='FusedJDEAugment', transforms=augment),
    dict(type='PackJDEInputs'),
]
test_pipeline = [
    dict(type='LoadImage'),
    dict(type='Letterbox', scale=input_size),
    dict(type='PackFrame'),
]
train_dataloader = dict(
    batch_size=6,
    num_workers=8,
    persistent_workers=True,
    drop_last=True,
    sampler=dict(type='SeededSampler', shuffle=True),
    dataset=dict(
        type='JDEDataset',
        data_root='${data_root}',
        ann_files=[],
        pipeline=train_pipeline,
    ),
)
val_dataloader = dict(
    batch_size=1,
    num_workers=2,
    persistent_workers=True,
    sampler=dict(type='VideoSampler'),
    dataset=dict(
        type='MOTVideoDataset', data_root='${data_root}', pipeline=test_pipeline
    ),
)
test_dataloader = val_dataloader
val_evaluator = dict(type='MOTMetric')
test_evaluator = val_evaluator
