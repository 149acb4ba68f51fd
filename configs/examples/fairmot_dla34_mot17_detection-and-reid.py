# Only detection and embeddings, on labelled images: tools/test.py prints the published
# AP of images, COCO's AP, and the true accept rates of Re-ID verification.
_base_ = '../fairmot/fairmot_dla34_2xb6-30e_mot17.py'
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
    num_workers=4,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='JDEDataset',
        data_root='${data_root}',
        ann_files=['mot17.train'],
        pipeline='${test_pipeline}',
        test_mode=True,
    ),
)
test_evaluator = [
    dict(type='ImageAPMetric'),
    dict(type='FrameCocoMetric'),
    dict(type='ReIDVerificationMetric'),
]
