# FairMOT with HRNetV2-W32: four resolutions side by side, the heads read them all.
_base_ = './fairmot_hrnet-w18.py'
width = 32
in_channels = 15 * width
model = dict(
    detector=dict(
        backbone=dict(
            extra=dict(
                stage2=dict(num_channels=(width, 2 * width)),
                stage3=dict(num_channels=(width, 2 * width, 4 * width)),
                stage4=dict(num_channels=(width, 2 * width, 4 * width, 8 * width)),
            )
        ),
        bbox_head=dict(in_channels=in_channels),
        reid_head=dict(in_channels=in_channels),
    )
)
del width, in_channels
