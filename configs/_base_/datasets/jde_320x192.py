# jde_1088x608.py at a size for training on a CPU, with a milder change of scale.
_base_ = './jde_1088x608.py'
input_size = (320, 192)
affine = dict(scaling_ratio_range=(0.8, 1.2))
train_pipeline = [*_base_.augment, dict(type='PackJDEInputs')]
train_dataloader = dict(batch_size=4, num_workers=2)
