# PaddleDetection's `mcfairmot_hrnetv2_w18_dlafpn_30e_1088x608_visdrone`, with FairMOT's
# own neck behind HRNetV2-W18, from its ImageNet weights.
_base_ = [
    '../_base_/models/fairmot_hrnet-w18.py',
    '../_base_/datasets/visdrone.py',
    '../_base_/schedules/adam_30e_several-classes.py',
    '../_base_/default_runtime.py',
]
model = dict(
    detector=dict(
        bbox_head=dict(num_classes=10, size_type='wh', test_cfg=dict(max_per_img=200)),
        reid_head=dict(joint_classes=False),
    ),
    tracker=dict(min_box_area=0, max_aspect_ratio=None),
)
train_dataloader = dict(batch_size=8)
auto_scale_lr = dict(base_batch_size=32)
load_from = '${pretrained_dir}/hrnetv2_w18_imagenet_pretrained.pth'
