# FairMOT with mmdet's RegNet and feature pyramid (not published). The heads
# read all levels of the pyramid, resized to stride 4.
_base_ = './fairmot_dla34.py'
model = dict(
    detector=dict(
        backbone=dict(
            _delete_=True,
            type='RegNet',
            arch='regnetx_400mf',
            out_indices=(0, 1, 2, 3),
            norm_eval=False,
            frozen_stages=-1,
        ),
        neck=[
            dict(
                type='FPN', in_channels=[32, 64, 160, 384], out_channels=32, num_outs=4
            ),
            dict(type='ConcatNeck'),
        ],
        bbox_head=dict(in_channels=128),
        reid_head=dict(in_channels=128),
    )
)
