# The published run `mot17_dla34`: MOT17, two GPUs with six images each. It starts from
# CenterNet's COCO weights: --cfg-options load_from=ctdet_coco_dla_2x.pth
_base_ = [
    '../_base_/models/fairmot_dla34.py',
    '../_base_/datasets/jde_1088x608.py',
    '../_base_/schedules/adam_30e.py',
    '../_base_/default_runtime.py',
]
train_root = 'data/MOT17/images/train'
sequences = [
    f'MOT17-{number}-SDP' for number in ('02', '04', '05', '09', '10', '11', '13')
]
train_dataloader = dict(dataset=dict(ann_files=['mot17.train']))
# All sequences are trained on: one of them gives a glance at the progress, no more.
val_dataloader = dict(dataset=dict(data_root=train_root, sequences=['MOT17-09-SDP']))
test_dataloader = dict(dataset=dict(data_root=train_root, sequences=sequences))
