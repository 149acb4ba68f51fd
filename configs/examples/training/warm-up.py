# A thousandth of the learning rate at first, the full rate after 500 iterations.
_base_ = '../../fairmot/fairmot_dla34-conv-small_1xb4-10e_synthetic.py'
base_lr = 1e-3
param_scheduler = [
    dict(type='LinearLR', start_factor=0.001, by_epoch=False, begin=0, end=500),
    dict(type='MultiStepLR', by_epoch=True, milestones=[8], gamma=0.1),
]
