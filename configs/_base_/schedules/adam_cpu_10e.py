# A short schedule for small data: Adam, up to 1.5e-3 in two epochs and down again.
max_epochs = 10
base_lr = 1.5e-3  # at the peak
train_cfg = dict(type='ResumableEpochLoop', max_epochs='${max_epochs}', val_interval=5)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')
optim_wrapper = dict(
    type='OptimWrapper',
    optimizer=dict(type='Adam', lr='${base_lr}'),
    clip_grad=dict(max_norm=35),
)
param_scheduler = [
    dict(
        type='PeakOneCycleLR',
        total_steps='${train_cfg.max_epochs}',
        pct_start=0.2,
        by_epoch=True,
        convert_to_iter_based=True,
    )
]
auto_scale_lr = dict(enable=False, base_batch_size=4)
