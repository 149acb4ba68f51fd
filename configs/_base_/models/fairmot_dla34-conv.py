# FairMOT with DLA-34 and plain convolutions in the up-sampling path.
_base_ = './fairmot_dla34.py'
model = dict(detector=dict(neck=dict(conv_cfg=None)))
