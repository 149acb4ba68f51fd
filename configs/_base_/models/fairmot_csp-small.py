# The light network with other widths: 64 channels at stride 4, where the heads read, in
# place of 48, and fewer at stride 32. 2.5 million parameters.
_base_ = './fairmot_yolov5s-lite.py'
in_channels = 64
# Of the stages of stride 4, 8, 16 and 32: channels in and out, bottlenecks, shortcut of
# the bottlenecks, pooling of several sizes.
csp_stages = [
    [32, 64, 1, True, False],
    [64, 128, 2, True, False],
    [128, 192, 2, True, False],
    [192, 320, 1, False, True],
]
model = dict(
    detector=dict(
        backbone=dict(
            deepen_factor=1.0, widen_factor=1.0, arch_ovewrite='${csp_stages}'
        ),
        neck=dict(in_channels=[64, 128, 192, 320]),
    )
)
