# Motion and appearance are weighed by one likelihood ratio, in a stage for strong and a
# stage for weak detections. docs/explanation/trackers_compared.md has the comparison
# with other trackers, what each part contributes, and how the values were found.
likelihood_tracker = dict(
    type='JDETracker',
    obj_score_thr=0.44,
    track_buffer=72,  # 2.4 seconds
    embed_momentum=0.1,
    birth=dict(
        type='TrackBirth',
        score_thr=0.5,
        first_score_thr=0.35,
        probation=5,
        num_matches=2,
        min_evidence=0.1,
        score_base=0.4,
        max_overlap=0.65,
        patience=1,
    ),
    motion=dict(
        type='KalmanFilterXYWH',
        std_weight_position=0.1,
        std_weight_velocity=0.006,
        gating_thr=14.0,
    ),
    # The time between two frames counts, and no stage is replaced.
    low_frame_rate=dict(type='LowFrameRate', reference_fps=25.0, appearance_step=1e9),
    stages=[
        dict(
            type='LikelihoodStage',
            cost_thr=3.0,
            motion_weight=1.6,
            embed_centre=0.45,
            embed_scale=0.08,
            lost_cost=1.0,
        ),
        dict(
            type='LikelihoodStage',
            name='low_score',
            score_thr=0.22,
            cost_thr=-0.5,
            motion_weight=1.6,
            embed_centre=0.45,
            embed_scale=0.08,
            lost_cost=1.0,
            max_lost=0.1,
            unconfirmed=False,
        ),
    ],
    cost_thrs=dict(duplicate=0.0),
    linger_expired=False,
    bar_refound=False,
    iou_plus_one=False,
    predict_unconfirmed=True,
    refresh_score=True,
    min_box_area=100,
    max_aspect_ratio=1.6,
)
