# FairMOT with ResNet-50 and a feature pyramid; deformable convolutions.
_base_ = './fairmot_r18-fpn-dcn.py'
model = dict(
    detector=dict(
        backbone=dict(depth=50), neck=dict(in_channels=[256, 512, 1024, 2048])
    )
)
