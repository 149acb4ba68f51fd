# The published run `mix_ft_ch_dla34`: the baseline `fairmot_dla34.pth`. It starts from
# the CrowdHuman run, which has other identities.
_base_ = [
    '../_base_/models/fairmot_dla34.py',
    '../_base_/datasets/mix.py',
    '../_base_/schedules/adam_30e.py',
    '../_base_/default_runtime.py',
]
load_from = '${pretrained_dir}/crowdhuman_dla34.pth'
model = dict(detector=dict(reid_head=dict(on_classifier_mismatch='reinit')))
