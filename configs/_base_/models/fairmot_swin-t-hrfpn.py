# FairMOT with Swin-T (not published), whose levels mmdet's HRFPN fuses into one map of
# stride 4.
_base_ = './fairmot_dla34.py'
model = dict(
    detector=dict(
        backbone=dict(
            _delete_=True,
            type='SwinTransformer',
            embed_dims=96,
            depths=[2, 2, 6, 2],
            num_heads=[3, 6, 12, 24],
            window_size=7,
            drop_path_rate=0.2,
            convert_weights=True,
        ),
        neck=dict(
            _delete_=True,
            type='HRFPN',
            in_channels=[96, 192, 384, 768],
            out_channels=64,
            num_outs=1,
        ),
    )
)
