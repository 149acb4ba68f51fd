"""Input of compare_trackers.py: where each option of the tracker helps."""

_plain = dict(type='JDETracker', min_box_area=100, max_aspect_ratio=1.6)
_flow = dict(camera_motion=dict(type='SparseFlowMotion'))
_camera = {
    'as published': _plain,
    'SparseFlowMotion': dict(_plain, **_flow),
    'ECCMotion': dict(_plain, camera_motion=dict(type='ECCMotion')),
}
_gallery = {
    'as published': _plain,
    'ReentryGallery': dict(_plain, gallery=dict(type='ReentryGallery')),
}
_no_margin = dict(type='ReentryGallery', margin=0.0)
_slow = {
    'as published': _plain,
    'LowFrameRate': dict(_plain, low_frame_rate=dict(type='LowFrameRate')),
}
_skip = {f'every {n}': dict(_plain, detect_every=n) for n in (1, 2, 3, 5)}
_skip_camera = {
    **_skip,
    **{f'every {n}, flow': dict(_plain, **_flow, detect_every=n) for n in (2, 3, 5)},
}
_eth, _pets, _tud = ['mot15/ETH-Sunnyday'], ['mot15/PETS09-S2L1'], ['mot15/TUD-Campus']


def _table(title, trackers, sequences, **noise):
    return dict(title=title, trackers=trackers, sequences=sequences, noise=noise)


comparisons = [
    _table('Moving camera', _camera, _eth),
    _table('Moving camera, every third frame', _camera, _eth, stride=3),
    _table('Fixed camera', _camera, _pets + _tud),
    _table('People return after 10 to 14 s', _gallery, _pets),
    _table('People unseen for 3 s', _gallery, _pets, gap_rate=0.01, gap_frames=20),
    _table(
        'Nobody returns, people have similar embeddings',
        {**_gallery, 'ReentryGallery(margin=0)': dict(_plain, gallery=_no_margin)},
        _eth,
        likeness=0.9,
    ),
    _table('1 frame a second', _slow, _pets, stride=7),
    _table('1 frame a second, as recorded', _slow, ['prw/c6s1']),
    _table('5 frames a second', _slow, _eth, stride=3),
    _table('7 frames a second', _slow, _pets),
    _table('25 frames a second', _slow, _tud),
    _table('Skipped frames, fixed camera, 25 frames a second', _skip, _tud),
    _table('Skipped frames, moving camera, 14 frames a second', _skip_camera, _eth),
]
