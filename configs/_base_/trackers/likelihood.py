# Motion and appearance are weighed by one likelihood ratio, in a stage for strong and a
# stage for weak detections. docs/explanation/trackers_compared.md has the comparison
# with other trackers, what each part contributes, and how the values were found.
likelihood_tracker = dict(
    type='JDETracker',
    obj_score_thr=0.457,
    track_buffer=77,  # 2.6 seconds
    embed_momentum=0.134,
    birth=dict(
        type='TrackBirth',
        score_thr=0.521,
        first_score_thr=0.35,
        probation=5,
        num_matches=2,
        min_evidence=0.043,
        score_base=0.4,
        max_overlap=0.599,
        patience=1,
    ),
    motion=dict(
        type='KalmanFilterXYWH',
        std_weight_position=0.081,
        std_weight_velocity=0.004,
        gating_thr=12.194,
    ),
    # The time between two frames counts, and no stage is replaced.
    low_frame_rate=dict(type='LowFrameRate', reference_fps=25.881, appearance_step=1e9),
    stages=[
        dict(
            type='LikelihoodStage',
            cost_thr=2.627,
            motion_weight=1.542,
            embed_centre=0.482,
            embed_scale=0.088,
            lost_cost=0.719,
        ),
        dict(
            type='LikelihoodStage',
            name='low_score',
            score_thr=0.222,
            cost_thr=-0.953,
            motion_weight=1.646,
            embed_centre=0.456,
            embed_scale=0.069,
            lost_cost=1.261,
            max_lost=0.117,
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
