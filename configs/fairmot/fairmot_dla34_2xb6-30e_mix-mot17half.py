# The published run `mix_mot17_half_dla34`, the baseline of the ablations: six data sets
# with half of MOT17, tested on the other half, from CenterNet's COCO weights.
_base_ = [
    '../_base_/models/fairmot_dla34.py',
    '../_base_/datasets/mix-mot17half.py',
    '../_base_/schedules/adam_30e.py',
    '../_base_/default_runtime.py',
]
load_from = '${pretrained_dir}/ctdet_coco_dla_2x.pth'
