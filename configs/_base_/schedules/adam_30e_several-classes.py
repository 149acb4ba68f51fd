# The schedule of PaddleDetection's MCFairMOT: Adam at 5e-4, at a tenth of it after
# epoch 10, and at a hundredth after epoch 20.
_base_ = './adam_30e.py'
base_lr = 5e-4
param_scheduler = dict(milestones=[10, 20])
auto_scale_lr = dict(base_batch_size=24)
