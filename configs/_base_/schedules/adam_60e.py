# The published schedule of CrowdHuman.
_base_ = './adam_30e.py'
max_epochs = 60
train_cfg = dict(max_epochs=max_epochs)
param_scheduler = dict(milestones=[50])
