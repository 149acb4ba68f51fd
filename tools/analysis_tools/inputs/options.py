"""Input of compare_trackers.py: options of the tracker that need no image."""

_published = dict(type='JDETracker', min_box_area=100, max_aspect_ratio=1.6)

trackers = {
    'as published': _published,
    'low_score': dict(_published, low_score=dict(type='LowScoreAssociation')),
    'motion XYWH': dict(_published, motion=dict(type='KalmanFilterXYWH')),
}
