# DLA-34 at half the published width, without deformable convolutions: what a CPU can
# train. 4.7 million parameters.
_base_ = './fairmot_dla34-conv.py'
feat_channels = 64
model = dict(
    detector=dict(
        backbone=dict(base_channels=8),
        neck=dict(in_channels=[32, 64, 128, 256]),
        bbox_head=dict(in_channels=32, feat_channels='${feat_channels}'),
        reid_head=dict(in_channels=32, feat_channels='${feat_channels}', embed_dims=64),
    )
)
