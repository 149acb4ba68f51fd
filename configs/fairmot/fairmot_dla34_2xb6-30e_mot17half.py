# The published run `mot17_half_dla34`: the first half of MOT17 from CenterNet's COCO
# weights, tested on the second.
_base_ = [
    '../_base_/models/fairmot_dla34.py',
    '../_base_/datasets/mot17half.py',
    '../_base_/schedules/adam_30e.py',
    '../_base_/default_runtime.py',
]
load_from = '${pretrained_dir}/ctdet_coco_dla_2x.pth'
