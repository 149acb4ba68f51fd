# The published run `mix_mot17_half_res34`: the ablation with ResNet-34,
# from its ImageNet weights.
_base_ = [
    '../_base_/models/fairmot_r34-dcn.py',
    '../_base_/datasets/mix-mot17half.py',
    '../_base_/schedules/adam_30e.py',
    '../_base_/default_runtime.py',
]
load_from = '${pretrained_dir}/resnet34-333f7ec4.pth'
