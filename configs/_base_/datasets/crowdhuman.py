# CrowdHuman, every person an identity of its own; it has no videos to look at the
# progress. Tested on MOT17.
_base_ = './mot17.py'
train_dataloader = dict(dataset=dict(ann_files=['crowdhuman.train', 'crowdhuman.val']))
val_dataloader = None
val_evaluator = None
