# Code that torch.compile generates for the network; the first iteration takes minutes.
_base_ = '../../fairmot/fairmot_dla34-conv-small_1xb4-10e_synthetic.py'
custom_hooks = [dict(type='CompileNetworkHook', dynamic=False)]
