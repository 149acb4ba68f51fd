# From random weights in an hour: AdamW up to 2e-3 and down again.
max_epochs = 14
base_lr = 2e-3  # at the peak
train_cfg = dict(type='ResumableEpochLoop', max_epochs='${max_epochs}', val_interval=2)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')
optim_wrapper = dict(
    type='BFloat16OptimWrapper',
    optimizer=dict(type='AdamW', lr='${base_lr}', weight_decay=0.01),
    clip_grad=dict(max_norm=10),
)
param_scheduler = [
    dict(
        type='PeakOneCycleLR',
        total_steps='${train_cfg.max_epochs}',
        pct_start=0.1,
        by_epoch=True,
        convert_to_iter_based=True,
    )
]
auto_scale_lr = dict(enable=False, base_batch_size=8)
