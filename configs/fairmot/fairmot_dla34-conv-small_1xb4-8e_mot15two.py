# Two MOT15 sequences on a CPU, tried on a third: ETH-Sunnyday and PETS09-S2L1 train,
# TUD-Campus tests. docs/train_on_cpu.md has the commands and the result.
_base_ = [
    '../_base_/models/fairmot_dla34-conv-small.py',
    '../_base_/datasets/jde_448x256.py',
    '../_base_/schedules/adam_cpu.py',
    '../_base_/default_runtime.py',
]
videos = dict(data_root='data/mot15', sequences=['TUD-Campus'])
train_dataloader = dict(dataset=dict(ann_files=['MOT15two.train']))
val_dataloader = dict(dataset=videos)
test_dataloader = dict(dataset=videos)
