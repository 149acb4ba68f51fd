# Gradients of a norm above 10 are scaled down to it; the norm is logged as grad_norm.
_base_ = '../../fairmot/fairmot_dla34-conv-small_1xb4-10e_synthetic.py'
optim_wrapper = dict(clip_grad=dict(_delete_=True, max_norm=10, norm_type=2))
