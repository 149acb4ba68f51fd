"""Input of compare_trackers.py: our trackers and those of other libraries.

All thresholds are for the scores of the light model, where a detection counts from 0.35
on. The trackers of boxmot and of roboflow's `trackers` keep the defaults of their
library; ``peer_thr`` is the score from which on a detection counts there. A tracker
that scores better without weak detections does not get them (``weak=False``).
"""

_base_ = '../../../configs/_base_/trackers/likelihood.py'

_published = dict(
    type='JDETracker', obj_score_thr=0.35, min_box_area=100, max_aspect_ratio=1.6
)
_box = dict(type='fairmot_mm.actions.boxmot_tracker.BoxMOTTracker')
_robo = dict(type='fairmot_mm.actions.roboflow_tracker.RoboflowTracker')

trackers = {
    'JDETracker, published': _published,
    'JDETracker, low_score': dict(
        _published, low_score=dict(type='LowScoreAssociation')
    ),
    'JDETracker, likelihood': _base_.likelihood_tracker,
    'mmdet SORTTracker': dict(
        type='SORTTracker',
        motion=dict(type='KalmanFilter', center_only=False),
        obj_score_thr=0.35,
        match_iou_thr=0.5,
        reid=None,
    ),
    'mmdet ByteTracker': dict(
        type='ByteTracker',
        motion=dict(type='KalmanFilter'),
        obj_score_thrs=dict(high=0.35, low=0.1),
        init_track_thr=0.45,
        weight_iou_with_det_scores=True,
        match_iou_thrs=dict(high=0.1, low=0.5, tentative=0.3),
        num_frames_retain=30,
    ),
    'mmdet OCSORTTracker': dict(
        type='OCSORTTracker',
        motion=dict(type='KalmanFilter'),
        obj_score_thr=0.35,
        init_track_thr=0.45,
        weight_iou_with_det_scores=True,
        match_iou_thr=0.3,
        num_tentatives=3,
        vel_consist_weight=0.2,
        vel_delta_t=3,
        num_frames_retain=30,
    ),
    'boxmot ByteTrack': dict(_box, name='ByteTrack', use_embeds=False, peer_thr=0.45),
    'boxmot OcSort': dict(_box, name='OcSort', use_embeds=False, peer_thr=0.3),
    'boxmot BotSort': dict(_box, name='BotSort', peer_thr=0.5),
    'boxmot StrongSort': dict(_box, name='StrongSort', peer_thr=0.1),
    'boxmot BoostTrack': dict(_box, name='BoostTrack', peer_thr=0.6, weak=False),
    'boxmot OccluBoost': dict(_box, name='OccluBoost', peer_thr=0.6, weak=False),
    'roboflow SORT': dict(_robo, name='SORTTracker', peer_thr=0.25, weak=False),
    'roboflow ByteTrack': dict(
        _robo, name='ByteTrackTracker', peer_thr=0.6, weak=False
    ),
    'roboflow OC-SORT': dict(_robo, name='OCSORTTracker', peer_thr=0.6),
    'roboflow BoT-SORT': dict(
        _robo, name='BoTSORTTracker', use_image=True, peer_thr=0.6, weak=False
    ),
    'roboflow C-BIoU': dict(_robo, name='CBIoUTracker', peer_thr=0.6, weak=False),
}
