# ByteTrack (Zhang et al., ECCV 2022) of mmdet on the detections of FairMOT. It uses
# only overlap: embeddings are not used.
_base_ = '../fairmot/fairmot_dla34_2xb6-30e_mot17.py'
model = dict(
    tracker=dict(
        _delete_=True,
        type='ByteTracker',
        motion=dict(type='KalmanFilter'),
        obj_score_thrs=dict(high=0.4, low=0.1),
        init_track_thr=0.5,
        weight_iou_with_det_scores=True,
        match_iou_thrs=dict(high=0.1, low=0.5, tentative=0.3),
        num_frames_retain=30,
    )
)
