# The published run `crowdhuman_dla34`: CrowdHuman from CenterNet's COCO weights.
_base_ = [
    '../_base_/models/fairmot_dla34.py',
    '../_base_/datasets/crowdhuman.py',
    '../_base_/schedules/adam_60e.py',
    '../_base_/default_runtime.py',
]
load_from = '${pretrained_dir}/ctdet_coco_dla_2x.pth'
train_dataloader = dict(batch_size=4)
auto_scale_lr = dict(base_batch_size=8)
val_cfg = None  # it has no videos
default_hooks = dict(checkpoint=dict(save_best=None))
