# SORT (Bewley et al., ICIP 2016) of mmdet on the detections of FairMOT. It uses only
# overlap: embeddings are not used, and a second network for them (`reid`) is not
# supported.
_base_ = '../fairmot/fairmot_dla34_2xb6-30e_mot17.py'
model = dict(
    tracker=dict(
        _delete_=True,
        type='SORTTracker',
        motion=dict(type='KalmanFilter', center_only=False),
        obj_score_thr=0.4,
        match_iou_thr=0.5,
        reid=None,
    )
)
