# FairMOT with DLA-34 and deformable convolutions, the published baseline.
model = dict(
    type='FairMOT',
    data_preprocessor=dict(
        type='ClipPreprocessor',
        use_det_processor=True,
        mean=[0.0, 0.0, 0.0],
        std=[255.0, 255.0, 255.0],
        bgr_to_rgb=True,
        pad_size_divisor=32,
    ),
    detector=dict(
        type='JDEDetector',
        backbone=dict(type='DLANet', depth=34),
        neck=dict(
            type='DLAUp',
            in_channels=[64, 128, 256, 512],
            conv_cfg=dict(type='DCNv2'),
        ),
        bbox_head=dict(
            type='CenterHead',
            num_classes=1,
            in_channels=64,
            feat_channels=256,
            size_type='ltrb',
            loss_heatmap=dict(type='GaussianFocalLoss', loss_weight=1.0),
            loss_size=dict(type='L1Loss', loss_weight=0.1),
            loss_offset=dict(type='L1Loss', loss_weight=1.0),
            test_cfg=dict(
                max_per_img=500,
                local_maximum_kernel=3,
                score_thr=0.05,
                rescale='symmetric',
            ),
        ),
        reid_head=dict(
            type='DenseReIDHead',
            num_ids=None,  # counted in the training data
            in_channels=64,
            feat_channels=256,
            embed_dims=128,
            loss_id=dict(type='CrossEntropyLoss', loss_weight=1.0),
        ),
        task_weighting=dict(
            type='UncertaintyWeighting', init_log_vars=dict(det=-1.85, id=-1.05)
        ),
    ),
    tracker=dict(
        type='JDETracker',
        obj_score_thr=0.4,
        track_buffer=30,
        min_box_area=100,
        max_aspect_ratio=1.6,
    ),
)
