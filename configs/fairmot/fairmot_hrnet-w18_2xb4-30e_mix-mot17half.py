# The published run `mix_mot17_half_hrnet18`: the ablation with HRNetV2-W18,
# from its ImageNet weights.
_base_ = [
    '../_base_/models/fairmot_hrnet-w18.py',
    '../_base_/datasets/mix-mot17half.py',
    '../_base_/schedules/adam_30e.py',
    '../_base_/default_runtime.py',
]
load_from = '${pretrained_dir}/hrnetv2_w18_imagenet_pretrained.pth'
train_dataloader = dict(batch_size=4)
auto_scale_lr = dict(base_batch_size=8)
