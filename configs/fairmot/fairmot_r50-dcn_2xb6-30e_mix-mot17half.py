# The published run `mix_mot17_half_res50`: the ablation with ResNet-50,
# from its ImageNet weights.
_base_ = [
    '../_base_/models/fairmot_r50-dcn.py',
    '../_base_/datasets/mix-mot17half.py',
    '../_base_/schedules/adam_30e.py',
    '../_base_/default_runtime.py',
]
load_from = '${pretrained_dir}/resnet50-19c8e357.pth'
