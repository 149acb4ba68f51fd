# FairMOT with DLA-34 and its older up-sampling path, which concatenates. Published as
# `dlav0_34`; no published experiment uses it.
_base_ = './fairmot_dla34.py'
init_cfg = dict(
    type='Kaiming',
    layer='Conv2d',
    mode='fan_out',
    nonlinearity='relu',
    distribution='normal',
)
branch_init = dict(weight_std=0.001)
model = dict(
    detector=dict(
        backbone=dict(init_cfg='${init_cfg}'),
        neck=dict(
            _delete_=True,
            type='DLAConcatUp',
            in_channels=[64, 128, 256, 512],
            init_cfg='${init_cfg}',
        ),
        bbox_head=dict(branch_init='${branch_init}'),
        reid_head=dict(branch_init='${branch_init}'),
    )
)
