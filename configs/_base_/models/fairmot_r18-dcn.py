# FairMOT with ResNet-18, its coarsest level up-sampled; deformable convolutions.
_base_ = './fairmot_dla34.py'
branch_init = dict(weight_std=0.001)
model = dict(
    detector=dict(
        backbone=dict(
            _delete_=True,
            type='ResNet',
            depth=18,
            out_indices=(3,),
            norm_eval=False,  # mmdet freezes them by default; FairMOT trains them
            frozen_stages=-1,
        ),
        neck=dict(
            _delete_=True,
            type='DeconvNeck',
            in_channels=512,
            channels=[256, 128, 64],
            conv_cfg=dict(type='DCNv2'),
        ),
        bbox_head=dict(branch_init='${branch_init}'),
        reid_head=dict(branch_init='${branch_init}'),
    )
)
