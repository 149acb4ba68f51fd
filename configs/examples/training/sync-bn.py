# Batch norm over the images of all processes; GPU only, plain batch norm on one.
_base_ = '../../fairmot/fairmot_dla34-conv-small_1xb4-10e_synthetic.py'
sync_bn = 'torch'
