# Mixed precision with bfloat16, on GPU or CPU (tools/train.py --amp bfloat16).
_base_ = '../../fairmot/fairmot_dla34-conv-small_1xb4-10e_synthetic.py'
optim_wrapper = dict(type='BFloat16OptimWrapper')
