# The published run `mix_dla34`: six data sets from CenterNet's COCO weights.
_base_ = [
    '../_base_/models/fairmot_dla34.py',
    '../_base_/datasets/mix.py',
    '../_base_/schedules/adam_30e.py',
    '../_base_/default_runtime.py',
]
load_from = '${pretrained_dir}/ctdet_coco_dla_2x.pth'
