# Curves and pictures to Weights & Biases too: pip install wandb, then `wandb login`, or
# WANDB_MODE=offline and `wandb sync` later. Values are drawn against the iteration.
_base_ = '../../fairmot/fairmot_dla34-conv-small_1xb4-10e_synthetic.py'
visualizer = dict(
    vis_backends=[
        dict(type='LocalVisBackend'),
        dict(type='TensorboardVisBackend'),
        dict(
            type='WandbVisBackend',
            init_kwargs=dict(project='fairmot'),
            define_metric_cfg=[dict(name='*', step_metric='iter')],
        ),
    ]
)
