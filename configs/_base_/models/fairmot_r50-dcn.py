# FairMOT with ResNet-50, its coarsest level up-sampled; deformable convolutions.
_base_ = './fairmot_r18-dcn.py'
model = dict(
    detector=dict(backbone=dict(depth=50), neck=dict(in_channels=2048)),
)
