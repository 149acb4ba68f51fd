# The tracker of the light model on the detections of DLA-34. Its thresholds are set for
# the scores and embeddings of the light model: tools/analysis_tools/tune_tracker.py
# sets them for another one.
_base_ = [
    '../fairmot/fairmot_dla34_2xb6-30e_mot17.py',
    '../_base_/trackers/likelihood.py',
]
model = dict(tracker=dict(_delete_=True, **_base_.likelihood_tracker))
