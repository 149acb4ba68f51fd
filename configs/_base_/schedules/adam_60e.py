# The published schedule of CrowdHuman.
_base_ = './adam_30e.py'
max_epochs = 60
param_scheduler = dict(milestones=[50])
