# The learning rate is that of base_batch_size images, scaled by those that an iteration
# of all processes has (tools/train.py --auto-scale-lr).
_base_ = '../../fairmot/fairmot_dla34-conv-small_1xb4-10e_synthetic.py'
auto_scale_lr = dict(enable=True, base_batch_size=4)
base_lr = 1e-3
param_scheduler = [dict(type='MultiStepLR', by_epoch=True, milestones=[8], gamma=0.1)]
