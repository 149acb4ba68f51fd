# FairMOT with ResNet-34, its coarsest level up-sampled; deformable convolutions.
_base_ = './fairmot_r18-dcn.py'
model = dict(detector=dict(backbone=dict(depth=34)))
