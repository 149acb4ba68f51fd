# OC-SORT (Cao et al., CVPR 2023) of mmdet on the detections of FairMOT. It uses overlap
# and direction: embeddings are not used.
_base_ = '../fairmot/fairmot_dla34_2xb6-30e_mot17.py'
model = dict(
    tracker=dict(
        _delete_=True,
        type='OCSORTTracker',
        motion=dict(type='KalmanFilter'),
        obj_score_thr=0.4,
        init_track_thr=0.5,
        weight_iou_with_det_scores=True,
        match_iou_thr=0.3,
        num_tentatives=3,
        vel_consist_weight=0.2,
        vel_delta_t=3,
        num_frames_retain=30,
    )
)
