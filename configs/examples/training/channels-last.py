# Weights and maps in the layout channels_last, which convolutions of a CPU, and of a
# GPU in half precision (tools/train.py --amp), work in.
_base_ = '../../fairmot/fairmot_dla34-conv-small_1xb4-10e_synthetic.py'
custom_hooks = [dict(type='ChannelsLastHook')]
