# The update of all weights in one call of the optimizer.
_base_ = '../../fairmot/fairmot_dla34-conv-small_1xb4-10e_synthetic.py'
optim_wrapper = dict(optimizer=dict(fused=True))
