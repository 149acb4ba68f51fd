"""Input of compare_trackers.py: the parts of the tracker of the light model.

Every line but the first two takes one part out of the whole, or replaces it by the
published one. The lines that begin with a plus sign add a part.
"""

_base_ = '../../../configs/_base_/trackers/likelihood.py'

_whole = _base_.likelihood_tracker
_strong, _weak = _whole['stages']
_birth, _motion = _whole['birth'], _whole['motion']
# Without a stage for weak detections, none of them can begin a track.
_later = dict(_birth, first_score_thr=None)

_overlap = dict(type='OverlapStage')
_published_stages = [
    dict(type='AppearanceStage'),
    _overlap,
    dict(_overlap, name='unconfirmed', cost_thr=0.7, confirmed=False),
    dict(type='LowScoreAssociation', score_thr=_weak['score_thr']),
]
_centre_height = dict(type='KalmanFilterXYAH', gating_thr=_motion['gating_thr'])
_no_lost_cost = [dict(_strong, lost_cost=0.0), dict(_weak, lost_cost=0.0)]

trackers = {
    'the whole': _whole,
    'published tracker': dict(
        type='JDETracker', obj_score_thr=0.35, min_box_area=100, max_aspect_ratio=1.6
    ),
    'published stages and low_score': dict(_whole, stages=_published_stages),
    'no low_frame_rate': dict(_whole, low_frame_rate=None),
    'no stage low_score': dict(_whole, stages=[_strong], birth=_later),
    'published birth': dict(_whole, birth=dict(type='TrackBirth')),
    'birth.score_thr=None': dict(_whole, birth=dict(_birth, score_thr=None)),
    'birth.max_overlap=1': dict(_whole, birth=dict(_birth, max_overlap=1.0)),
    'birth.first_score_thr=None': dict(_whole, birth=_later),
    'birth.num_matches=1': dict(_whole, birth=dict(_birth, num_matches=1)),
    'birth.num_matches=3': dict(_whole, birth=dict(_birth, num_matches=3)),
    'predict_unconfirmed=False': dict(_whole, predict_unconfirmed=False),
    'KalmanFilterXYAH': dict(_whole, motion=_centre_height),
    'lost_cost=0': dict(_whole, stages=_no_lost_cost),
    'published duplicates': dict(_whole, cost_thrs=dict(duplicate=0.15)),
    '+ recent_embeds=3': dict(_whole, recent_embeds=3),
    '+ SparseFlowMotion': dict(_whole, camera_motion=dict(type='SparseFlowMotion')),
    '+ ECCMotion': dict(_whole, camera_motion=dict(type='ECCMotion')),
}
