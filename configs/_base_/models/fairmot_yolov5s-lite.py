# The light network at three quarters of the published width: 2.9 million parameters.
_base_ = './fairmot_yolov5s.py'
in_channels = 48
model = dict(
    detector=dict(
        backbone=dict(widen_factor=0.375),
        neck=dict(in_channels=[48, 96, 192, 384]),
        bbox_head=dict(in_channels='${in_channels}', feat_channels=32),
        reid_head=dict(in_channels='${in_channels}', feat_channels=64),
    )
)
