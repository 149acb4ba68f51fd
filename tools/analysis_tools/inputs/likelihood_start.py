"""Start of the search for the tracker of the light model: round numbers.

tune_tracker.py searches near these values; docs/explanation/trackers_compared.md has
the command.
"""

_stage = dict(
    type='LikelihoodStage',
    cost_thr=3.0,
    motion_weight=1.6,
    embed_centre=0.45,
    embed_scale=0.08,
    lost_cost=1.0,
)
model = dict(
    tracker=dict(
        type='JDETracker',
        obj_score_thr=0.44,
        track_buffer=72,  # 2.4 seconds
        embed_momentum=0.1,
        birth=dict(
            type='TrackBirth',
            score_thr=0.5,
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
        low_frame_rate=dict(
            type='LowFrameRate', reference_fps=25.0, appearance_step=1e9
        ),
        stages=[
            _stage,
            dict(
                _stage,
                name='low_score',
                score_thr=0.22,
                cost_thr=-0.5,
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
)
