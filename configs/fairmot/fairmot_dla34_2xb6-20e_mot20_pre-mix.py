# The published run `mot20_ft_mix_dla34`: the baseline, fine-tuned on MOT20, boxes
# clipped.
_base_ = [
    '../_base_/models/fairmot_dla34.py',
    '../_base_/datasets/mot20.py',
    '../_base_/schedules/adam_20e.py',
    '../_base_/default_runtime.py',
]
load_from = '${pretrained_dir}/fairmot_dla34.pth'
model = dict(
    detector=dict(reid_head=dict(on_classifier_mismatch='reinit')),
    tracker=dict(obj_score_thr=0.3),  # as published for MOT20
)
