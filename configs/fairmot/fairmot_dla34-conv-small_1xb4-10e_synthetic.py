# A few minutes on two cores, on rendered streets: docs/get_started/train_on_cpu.md.
_base_ = [
    '../_base_/models/fairmot_dla34-conv-small.py',
    '../_base_/datasets/jde_320x192.py',
    '../_base_/schedules/adam_cpu_10e.py',
    '../_base_/default_runtime.py',
]
data_root = 'data/rendered'
ann_files = ['synthetic.train']
video_root = '${data_root}/test'
