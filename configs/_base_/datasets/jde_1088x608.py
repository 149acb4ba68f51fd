# Training on JDE lists, testing on MOTChallenge folders. A config that inherits from
# this one names the lists and the sequences.
#
# '${name}' stands for the last value of a variable, wherever it was set. So a config of
# your own, or --cfg-options, changes a step or the size everywhere by its variable:
#     input_size = (864, 480)
#     affine = dict(scaling_ratio_range=(0.8, 1.2))
data_root = 'data'  # folder of all data sets
input_size = (1088, 608)  # width and height of the network's input, in pixels
ann_files = []  # lists to train on
video_root = '${data_root}'  # folder of the sequences to validate and test on
test_sequences = None  # their names; None: all in the folder
val_sequences = '${test_sequences}'
video_split = 'all'  # or the half of each sequence

# The published steps.
jitter = dict(type='SaturationValueJitter', fraction=0.5)
letterbox = dict(type='Letterbox', scale='${input_size}')
affine = dict(type='JDERandomAffine')
flip = dict(type='RandomFlip', prob=0.5)
augment = [
    dict(type='LoadImage'),
    dict(type='LoadJDELabels'),
    '${jitter}',
    '${letterbox}',
    '${affine}',
    '${flip}',
]
# FusedJDEAugment renders the steps with one warp: the same boxes, and pixels within a
# grey level on average (docs/explanation/performance_data.md). exact_augment=True runs
# the steps one by one, as published, in nearly four times the time.
exact_augment = False
train_pipeline = [
    dict(type='FusedJDEAugment', transforms='${augment}', exact='${exact_augment}'),
    dict(type='PackJDEInputs'),
]
test_pipeline = [dict(type='LoadImage'), '${letterbox}', dict(type='PackFrame')]
train_dataloader = dict(
    batch_size=6,
    num_workers=8,
    persistent_workers=True,
    drop_last=True,
    sampler=dict(type='SeededSampler', shuffle=True),
    dataset=dict(
        type='JDEDataset',
        data_root='${data_root}',
        ann_files='${ann_files}',
        pipeline='${train_pipeline}',
    ),
)
val_dataloader = dict(
    batch_size=1,
    num_workers=2,
    persistent_workers=True,
    sampler=dict(type='VideoSampler'),
    dataset=dict(
        type='MOTVideoDataset',
        data_root='${video_root}',
        sequences='${val_sequences}',
        split='${video_split}',
        pipeline='${test_pipeline}',
    ),
)
test_dataloader = dict(
    batch_size=1,
    num_workers=2,
    persistent_workers=True,
    sampler=dict(type='VideoSampler'),
    dataset=dict(
        type='MOTVideoDataset',
        data_root='${video_root}',
        sequences='${test_sequences}',
        split='${video_split}',
        pipeline='${test_pipeline}',
    ),
)
val_evaluator = dict(type='MOTMetric')
test_evaluator = val_evaluator
