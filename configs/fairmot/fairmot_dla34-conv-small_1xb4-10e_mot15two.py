# Two MOT15 sequences on a CPU, tested on a third: ETH-Sunnyday and PETS09-S2L1 train,
# TUD-Campus tests. docs/get_started/train_on_cpu.md has the commands and the result.
_base_ = [
    '../_base_/models/fairmot_dla34-conv-small.py',
    '../_base_/datasets/jde_320x192.py',
    '../_base_/schedules/adam_cpu_10e.py',
    '../_base_/default_runtime.py',
]
# People of the test sequence are three times as tall as most people of these.
affine = dict(scaling_ratio_range=(0.7, 2.2))
model = dict(tracker=dict(obj_score_thr=0.3))  # as published for MOT15
ann_files = ['mot15two.train']
video_root = '${data_root}/mot15'
test_sequences = ['TUD-Campus']
