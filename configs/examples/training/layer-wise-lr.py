# A tenth of the learning rate for the backbone, half for the neck.
_base_ = '../../fairmot/fairmot_dla34-conv-small_1xb4-10e_synthetic.py'
optim_wrapper = dict(
    paramwise_cfg=dict(
        custom_keys={
            'detector.backbone': dict(lr_mult=0.1),
            'detector.neck': dict(lr_mult=0.5),
        }
    )
)
base_lr = 1e-3
param_scheduler = [dict(type='MultiStepLR', by_epoch=True, milestones=[8], gamma=0.1)]
