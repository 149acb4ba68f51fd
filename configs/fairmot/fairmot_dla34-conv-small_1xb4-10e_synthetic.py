# What `make demo` trains: a few minutes on two cores, on sequences it renders itself.
_base_ = [
    '../_base_/models/fairmot_dla34-conv-small.py',
    '../_base_/datasets/jde_320x192.py',
    '../_base_/schedules/adam_cpu.py',
    '../_base_/default_runtime.py',
]
data_root = 'demo_output/data/'
max_epochs = 10
train_cfg = dict(max_epochs=max_epochs, val_interval=max_epochs)
param_scheduler = [
    dict(
        type='OneCycleLR',
        eta_max=1.5e-3,
        total_steps=max_epochs,
        pct_start=0.2,
        by_epoch=True,
        convert_to_iter_based=True,
    )
]
videos = dict(data_root=data_root + 'test')
train_dataloader = dict(
    dataset=dict(data_root=data_root, ann_files=['synthetic.train'])
)
val_dataloader = dict(dataset=videos)
test_dataloader = dict(dataset=videos)
