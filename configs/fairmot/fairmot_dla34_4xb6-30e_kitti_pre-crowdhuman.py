# PaddleDetection's `fairmot_dla34_30e_1088x608_kitti_vehicle` for both classes of the
# benchmark, and not for cars alone.
_base_ = [
    '../_base_/models/fairmot_dla34.py',
    '../_base_/datasets/kitti.py',
    '../_base_/schedules/adam_30e.py',
    '../_base_/default_runtime.py',
]
model = dict(
    detector=dict(
        bbox_head=dict(num_classes=2),
        reid_head=dict(joint_classes=False, on_classifier_mismatch='reinit'),
    ),
    tracker=dict(min_box_area=0, max_aspect_ratio=None),
)
auto_scale_lr = dict(base_batch_size=24)
load_from = '${pretrained_dir}/crowdhuman_dla34.pth'
