# FairMOT with HRNetV2-W18: four resolutions side by side, the heads read them all.
_base_ = './fairmot_dla34.py'
width = 18
in_channels = 15 * width
model = dict(
    detector=dict(
        backbone=dict(
            _delete_=True,
            type='HRNetV2',
            extra=dict(
                stage1=dict(
                    num_modules=1,
                    num_branches=1,
                    block='BOTTLENECK',
                    num_blocks=(4,),
                    num_channels=(64,),
                ),
                stage2=dict(
                    num_modules=1,
                    num_branches=2,
                    block='BASIC',
                    num_blocks=(4, 4),
                    num_channels=(width, 2 * width),
                ),
                stage3=dict(
                    num_modules=4,
                    num_branches=3,
                    block='BASIC',
                    num_blocks=(4, 4, 4),
                    num_channels=(width, 2 * width, 4 * width),
                ),
                stage4=dict(
                    num_modules=3,
                    num_branches=4,
                    block='BASIC',
                    num_blocks=(4, 4, 4, 4),
                    num_channels=(width, 2 * width, 4 * width, 8 * width),
                ),
            ),
            norm_cfg=dict(type='BN', momentum=0.01),
            exchange_momentum=0.1,
            norm_eval=False,  # mmdet freezes them by default; FairMOT trains them
            init_cfg=[
                dict(type='Normal', layer='Conv2d', std=0.001),
                dict(type='Constant', layer='BatchNorm2d', val=1),
            ],
        ),
        neck=dict(_delete_=True, type='ConcatNeck'),
        bbox_head=dict(in_channels=in_channels),
        reid_head=dict(in_channels=in_channels),
    )
)
del width, in_channels
