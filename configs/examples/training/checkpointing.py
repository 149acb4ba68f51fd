# Activations of the deep levels are computed again in the backward pass: less memory,
# more time. Batch norm in them updates its running means twice an iteration.
_base_ = '../../fairmot/fairmot_dla34-conv-small_1xb4-10e_synthetic.py'
activation_checkpointing = ['detector.backbone.level4', 'detector.backbone.level5']
