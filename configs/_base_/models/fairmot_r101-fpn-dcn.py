# FairMOT with ResNet-101 and a feature pyramid; deformable convolutions.
_base_ = './fairmot_r50-fpn-dcn.py'
model = dict(detector=dict(backbone=dict(depth=101)))
