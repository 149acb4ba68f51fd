"""Input of compare_trackers.py: the oddities of the published tracker, one by one."""

_published = dict(type='JDETracker', min_box_area=100, max_aspect_ratio=1.6)

trackers = {
    'as published': _published,
    'linger_expired=False': dict(_published, linger_expired=False),
    'bar_refound=False': dict(_published, bar_refound=False),
    'iou_plus_one=False': dict(_published, iou_plus_one=False),
    'predict_unconfirmed=True': dict(_published, predict_unconfirmed=True),
    'refresh_score=True': dict(_published, refresh_score=True),
    'all of them': dict(
        _published,
        linger_expired=False,
        iou_plus_one=False,
        predict_unconfirmed=True,
        refresh_score=True,
    ),
}
