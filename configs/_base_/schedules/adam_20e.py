# The published schedule of fine-tuning.
_base_ = './adam_30e.py'
max_epochs = 20
param_scheduler = dict(milestones=[15])
