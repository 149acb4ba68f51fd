# Curves, pictures, config and logs to MLflow too: pip install mlflow. Any tracking_uri
# will do; this one is a file, shown by `mlflow ui --backend-store-uri sqlite:///...`.
_base_ = '../../fairmot/fairmot_dla34-conv-small_1xb4-10e_synthetic.py'
visualizer = dict(
    vis_backends=[
        dict(type='LocalVisBackend'),
        dict(type='TensorboardVisBackend'),
        dict(
            type='ImageMLflowVisBackend',
            exp_name='fairmot',
            tracking_uri='sqlite:///mlflow.db',
        ),
    ]
)
