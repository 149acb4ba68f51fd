# As many channels at stride 4 as the light network, 48, and fewer at larger strides.
# 1.2 million parameters.
_base_ = './fairmot_csp-small.py'
in_channels = 48
csp_stages = [
    [24, 48, 1, True, False],
    [48, 80, 2, True, False],
    [80, 128, 2, True, False],
    [128, 224, 1, False, True],
]
model = dict(detector=dict(neck=dict(in_channels=[48, 80, 128, 224])))
