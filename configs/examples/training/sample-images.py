# Pictures of training and validation, in TensorBoard and in vis_data/vis_image.
_base_ = '../../fairmot/fairmot_dla34-conv-small_1xb4-10e_synthetic.py'
custom_hooks = [dict(type='SampleVisualizationHook', interval=500, num_images=2)]
