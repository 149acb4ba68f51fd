# Pedestrians, cyclists and cars on rendered streets: a few minutes on a CPU,
# docs/get_started/train_on_cpu.md. The training starts from a model that comes with the
# project, which knows people alone. Each class has identities and a classifier.
_base_ = [
    '../_base_/models/fairmot_yolov5s-lite.py',
    '../_base_/datasets/several_classes.py',
    '../_base_/trackers/likelihood.py',
    '../_base_/schedules/adam_cpu_10e.py',
    '../_base_/default_runtime.py',
]
load_from = 'fairmot_yolov5s_lite_street-rendered'
data_root = 'data/rendered'
metainfo = dict(classes=('pedestrian', 'cyclist', 'car'))
ann_files = ['traffic.train']
video_root = '${data_root}/traffic-test'
input_size = (384, 256)
affine = dict(scaling_ratio_range=(0.8, 1.2))
train_pipeline = [*_base_.augment, dict(type='PackJDEInputs')]
model = dict(
    detector=dict(bbox_head=dict(num_classes=3), reid_head=dict(joint_classes=False)),
    tracker=dict(
        _delete_=True,
        **{**_base_.likelihood_tracker, 'min_box_area': 0, 'max_aspect_ratio': None},
    ),
)
train_dataloader = dict(batch_size=4, num_workers=1)
