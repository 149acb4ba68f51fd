# From random weights in an hour: AdamW up to 2e-3 and down again, averaged weights.
max_epochs = 14
train_cfg = dict(type='ResumableEpochLoop', max_epochs=max_epochs, val_interval=2)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')
optim_wrapper = dict(
    type='BFloat16OptimWrapper',
    optimizer=dict(type='AdamW', lr=2e-3, weight_decay=0.01),
    clip_grad=dict(max_norm=10),
)
param_scheduler = [
    dict(
        type='OneCycleLR',
        eta_max=2e-3,
        total_steps=max_epochs,
        pct_start=0.1,
        by_epoch=True,
        convert_to_iter_based=True,
    )
]
custom_hooks = [
    dict(
        type='EMAHook',
        ema_type='ExpMomentumEMA',
        momentum=0.002,
        gamma=500,
        update_buffers=True,
        priority=49,
    )
]
auto_scale_lr = dict(enable=False, base_batch_size=8)
