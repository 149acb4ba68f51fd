# FairMOT with ResNet-101, its coarsest level up-sampled; deformable convolutions.
_base_ = './fairmot_r50-dcn.py'
model = dict(detector=dict(backbone=dict(depth=101)))
