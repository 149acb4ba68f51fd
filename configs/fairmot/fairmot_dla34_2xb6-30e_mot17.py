# The published run `mot17_dla34`: MOT17, two GPUs with six images each, from
# CenterNet's COCO weights.
_base_ = [
    '../_base_/models/fairmot_dla34.py',
    '../_base_/datasets/mot17.py',
    '../_base_/schedules/adam_30e.py',
    '../_base_/default_runtime.py',
]
load_from = '${pretrained_dir}/ctdet_coco_dla_2x.pth'
