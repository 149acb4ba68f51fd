# A test of fitting: twenty frames of PETS09-S2L1 without augmentation, tracked again
# after training. docs/get_started/train_on_cpu.md has the commands and the result.
_base_ = [
    '../_base_/models/fairmot_dla34-conv-small.py',
    '../_base_/datasets/jde_320x192.py',
    '../_base_/schedules/adam_cpu_10e.py',
    '../_base_/default_runtime.py',
]
max_epochs = 100
base_lr = 1e-3
train_cfg = dict(val_interval='${train_cfg.max_epochs}')
param_scheduler = [dict(type='MultiStepLR', by_epoch=True, milestones=[80], gamma=0.1)]
input_size = (448, 256)
train_pipeline = [
    dict(type='LoadImage'),
    dict(type='LoadJDELabels'),
    '${letterbox}',
    dict(type='PackJDEInputs'),
]
ann_files = ['pets20.train']
video_root = '${data_root}/overfit'
default_hooks = dict(checkpoint=dict(interval=20, max_keep_ckpts=1))
