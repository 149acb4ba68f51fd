# FairMOT with ResNet-152, its coarsest level up-sampled; deformable convolutions.
_base_ = './fairmot_r50-dcn.py'
model = dict(detector=dict(backbone=dict(depth=152)))
