# CrowdHuman, in which every box has its own identity. It has no videos, so there is no
# validation. Tested on MOT17.
_base_ = './mot17.py'
ann_files = ['crowdhuman.train', 'crowdhuman.val']
val_dataloader = None
val_evaluator = None
