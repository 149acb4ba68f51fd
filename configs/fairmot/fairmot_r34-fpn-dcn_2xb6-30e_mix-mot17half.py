# The published run `mix_mot17_half_res34fpn`: the ablation with a pyramid on ResNet-34,
# from its ImageNet weights.
_base_ = [
    '../_base_/models/fairmot_r34-fpn-dcn.py',
    '../_base_/datasets/mix-mot17half.py',
    '../_base_/schedules/adam_30e.py',
    '../_base_/default_runtime.py',
]
load_from = '${pretrained_dir}/resnet34-333f7ec4.pth'
