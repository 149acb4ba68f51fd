"""Input of compare_trackers.py: the trackers of peers.py on noisy ground truth.

The detections are those of a better network than the light model: in a crowd of people
who look alike, at a low frame rate, and with people who are hidden for long.
"""

_base_ = 'peers.py'

_sequences = ['mot15/ETH-Sunnyday', 'mot15/PETS09-S2L1', 'mot15/TUD-Campus']
_noise = {
    'Crowd': dict(likeness=0.9, ghost_rate=0.5, miss_rate=0.2),
    'Every fourth frame': dict(stride=4),
    'Long gaps': dict(gap_rate=0.01, gap_frames=20),
}

comparisons = [
    dict(title=title, trackers=_base_.trackers, sequences=_sequences, noise=noise)
    for title, noise in _noise.items()
]
