# FairMOT with ResNet-18 and a feature pyramid; deformable convolutions.
_base_ = './fairmot_r18-dcn.py'
model = dict(
    detector=dict(
        backbone=dict(out_indices=(0, 1, 2, 3)),
        neck=dict(
            _delete_=True,
            type='DeconvFPN',
            in_channels=[64, 128, 256, 512],
            channels=[256, 128, 64],
            conv_cfg=dict(type='DCNv2'),
        ),
    )
)
