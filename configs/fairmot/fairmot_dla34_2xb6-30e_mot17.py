# The published run `mot17_dla34`: MOT17, two GPUs with six images each. It starts from
# CenterNet's COCO weights: --cfg-options load_from=ctdet_coco_dla_2x.pth
_base_ = [
    '../_base_/models/fairmot_dla34.py',
    '../_base_/datasets/jde_1088x608.py',
    '../_base_/schedules/adam_30e.py',
    '../_base_/default_runtime.py',
]
videos = dict(data_root='data/MOT17/images/train')
train_dataloader = dict(dataset=dict(ann_files=['MOT17.train']))
val_dataloader = dict(dataset=videos)
test_dataloader = dict(dataset=videos)
