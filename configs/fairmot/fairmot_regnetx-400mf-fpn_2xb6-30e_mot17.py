# Not published: the run `mot17_dla34` with a network of mmdet, from its ImageNet
# weights, which mmengine fetches.
_base_ = [
    '../_base_/models/fairmot_regnetx-400mf-fpn.py',
    '../_base_/datasets/mot17.py',
    '../_base_/schedules/adam_30e.py',
    '../_base_/default_runtime.py',
]
model = dict(
    detector=dict(
        backbone=dict(
            init_cfg=dict(type='Pretrained', checkpoint='open-mmlab://regnetx_400mf')
        )
    )
)
