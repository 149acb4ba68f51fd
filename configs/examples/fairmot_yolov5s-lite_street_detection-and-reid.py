# Only detection and embeddings of the light model, on labelled images of TUD-Campus:
# docs/how_to/training_at_scale.md has the commands and the result.
_base_ = '../fairmot/fairmot_yolov5s-lite_1xb8-14e_street.py'
test_pipeline = [
    dict(type='LoadImage'),
    dict(type='LoadJDELabels'),
    dict(type='LoadInstances'),
    '${letterbox}',
    dict(type='PackFrame'),
]
val_dataloader = dict(dataset=dict(pipeline=_base_.test_pipeline))  # tracks videos
# As published: the 200 best peaks, whatever their score.
model = dict(
    tracker=None,
    detector=dict(bbox_head=dict(test_cfg=dict(max_per_img=200, score_thr=0.0))),
)
test_dataloader = dict(
    _delete_=True,  # the base tracks videos
    batch_size=4,
    num_workers=0,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='JDEDataset',
        data_root='${data_root}',
        ann_files=['campus.train'],
        pipeline='${test_pipeline}',
        test_mode=True,
    ),
)
test_evaluator = [
    dict(type='ImageAPMetric'),
    dict(type='FrameCocoMetric'),
    dict(type='ReIDVerificationMetric'),
]
