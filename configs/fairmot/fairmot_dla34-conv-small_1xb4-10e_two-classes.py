# Several classes: one heatmap channel for each, identities within each class, and an
# identity classifier for each (joint_classes=True: one for all). The list and the
# sequences stand for your own; class ids are the first number of a label line.
_base_ = [
    '../_base_/models/fairmot_dla34-conv-small.py',
    '../_base_/datasets/jde_320x192.py',
    '../_base_/schedules/adam_cpu_10e.py',
    '../_base_/default_runtime.py',
]
metainfo = dict(classes=('pedestrian', 'vehicle'))
model = dict(
    detector=dict(
        bbox_head=dict(num_classes=2),
        reid_head=dict(joint_classes=False),
    )
)
ann_files = ['two-classes.train']
video_root = '${data_root}/two-classes'
train_dataloader = dict(dataset=dict(metainfo='${metainfo}'))
val_dataloader = dict(dataset=dict(metainfo='${metainfo}'))
test_dataloader = dict(dataset=dict(metainfo='${metainfo}'))
val_evaluator = dict(_delete_=True, type='ClassMOTMetric')
test_evaluator = val_evaluator
