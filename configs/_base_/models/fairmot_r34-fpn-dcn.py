# FairMOT with ResNet-34 and a feature pyramid; deformable convolutions.
_base_ = './fairmot_r18-fpn-dcn.py'
model = dict(detector=dict(backbone=dict(depth=34)))
