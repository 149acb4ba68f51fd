# FairMOT with ResNet-152 and a feature pyramid; deformable convolutions.
_base_ = './fairmot_r50-fpn-dcn.py'
model = dict(detector=dict(backbone=dict(depth=152)))
