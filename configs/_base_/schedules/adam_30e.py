# The published schedule: Adam at 1e-4, at 1e-5 after epoch 20. A config of your own, or
# --cfg-options, changes max_epochs and base_lr here or where they are used.
max_epochs = 30
base_lr = 1e-4
train_cfg = dict(type='ResumableEpochLoop', max_epochs='${max_epochs}', val_interval=5)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')
optim_wrapper = dict(type='OptimWrapper', optimizer=dict(type='Adam', lr='${base_lr}'))
param_scheduler = dict(type='MultiStepLR', by_epoch=True, milestones=[20], gamma=0.1)
auto_scale_lr = dict(enable=False, base_batch_size=12)
