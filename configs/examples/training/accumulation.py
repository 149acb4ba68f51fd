# Gradient accumulation: an update for every four iterations, as if of 16 images, except
# for batch norm, which sees the images of one iteration.
_base_ = '../../fairmot/fairmot_dla34-conv-small_1xb4-10e_synthetic.py'
optim_wrapper = dict(accumulative_counts=4)
