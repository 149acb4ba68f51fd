# Mixed precision with float16 and a dynamic loss scale; GPU only (as --amp).
_base_ = '../../fairmot/fairmot_dla34-conv-small_1xb4-10e_synthetic.py'
optim_wrapper = dict(type='AmpOptimWrapper', loss_scale='dynamic')
