# The published run `all_yolov5s`: the light network on all data sets, from the
# COCO weights of YOLOv5s (only the state_dict of release 5.0).
_base_ = [
    '../_base_/models/fairmot_yolov5s.py',
    '../_base_/datasets/all.py',
    '../_base_/schedules/adam_30e.py',
    '../_base_/default_runtime.py',
]
load_from = '${pretrained_dir}/yolov5s.pt'
train_dataloader = dict(batch_size=8)
auto_scale_lr = dict(base_batch_size=16)
base_lr = 5e-4
