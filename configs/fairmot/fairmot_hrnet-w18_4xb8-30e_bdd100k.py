# PaddleDetection's `mcfairmot_hrnetv2_w18_dlafpn_30e_576x320_bdd100k_mcmot` for the
# eight classes that the benchmark scores (there: eleven), with FairMOT's own neck.
_base_ = [
    '../_base_/models/fairmot_hrnet-w18.py',
    '../_base_/datasets/bdd100k.py',
    '../_base_/schedules/adam_30e_several-classes.py',
    '../_base_/default_runtime.py',
]
input_size = (576, 320)
model = dict(
    detector=dict(
        bbox_head=dict(num_classes=8, size_type='wh', test_cfg=dict(max_per_img=200)),
        reid_head=dict(joint_classes=False),
    ),
    tracker=dict(min_box_area=0, max_aspect_ratio=None),
)
train_dataloader = dict(batch_size=8)
auto_scale_lr = dict(base_batch_size=32)
load_from = '${pretrained_dir}/hrnetv2_w18_imagenet_pretrained.pth'
