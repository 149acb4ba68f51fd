# Motion and appearance are weighed by one likelihood ratio, in a stage for strong and a
# stage for weak detections. docs/explanation/trackers_compared.md has the comparison
# with other trackers, what each part contributes, and how the values were found.
likelihood_tracker = dict(
    type='JDETracker',
    obj_score_thr=0.447,
    track_buffer=73,  # 2.4 seconds
    embed_momentum=0.132,
    predict_unconfirmed=True,
    birth=dict(
        type='TrackBirth',
        score_thr=0.528,
        first_score_thr=0.4,
        num_matches=2,
        max_overlap=0.641,
    ),
    motion=dict(
        type='KalmanFilterXYWH',
        std_weight_position=0.0822,
        std_weight_velocity=0.00558,
        gating_thr=12.755,
    ),
    # The time between two frames counts, and no stage is replaced.
    low_frame_rate=dict(type='LowFrameRate', reference_fps=26.32, appearance_step=1e9),
    stages=[
        dict(
            type='LikelihoodStage',
            cost_thr=2.585,
            motion_weight=1.632,
            embed_centre=0.442,
            embed_scale=0.0826,
            lost_cost=0.797,
        ),
        dict(
            type='LikelihoodStage',
            name='low_score',
            score_thr=0.222,
            cost_thr=-1.105,
            motion_weight=1.629,
            embed_centre=0.458,
            embed_scale=0.0979,
            lost_cost=0.766,
            max_lost=0.102,
        ),
    ],
    cost_thrs=dict(duplicate=0.0),
    linger_expired=False,
    bar_refound=False,
    iou_plus_one=False,
    refresh_score=True,
    min_box_area=100,
    max_aspect_ratio=1.6,
)
