# PaddleDetection's `mcfairmot_dla34_30e_1088x608_visdrone`: ten classes, each with
# identities and a classifier of its own (joint_classes=True: one classifier for all).
_base_ = [
    '../_base_/models/fairmot_dla34.py',
    '../_base_/datasets/visdrone.py',
    '../_base_/schedules/adam_30e_several-classes.py',
    '../_base_/default_runtime.py',
]
model = dict(
    detector=dict(
        bbox_head=dict(num_classes=10, size_type='wh', test_cfg=dict(max_per_img=200)),
        reid_head=dict(joint_classes=False, on_classifier_mismatch='reinit'),
    ),
    tracker=dict(min_box_area=0, max_aspect_ratio=None),
)
load_from = '${pretrained_dir}/crowdhuman_dla34.pth'
