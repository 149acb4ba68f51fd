# A network of 1.2 million parameters on more streets, with ignore regions, images
# without people, labels of a teacher and embeddings of another. The first of several
# trainings: docs/how_to/train_with_teachers.md has the data and the commands.
_base_ = [
    '../_base_/models/fairmot_csp-lite.py',
    '../_base_/datasets/street-wide_256x192.py',
    '../_base_/trackers/likelihood.py',
    '../_base_/schedules/adamw_14e.py',
    '../_base_/default_runtime.py',
]
max_epochs = 6
train_cfg = dict(val_interval='${max_epochs}')
model = dict(
    tracker=dict(_delete_=True, **_base_.likelihood_tracker),
    detector=dict(
        reid_head=dict(
            loss_distill=dict(type='SimilarityDistillLoss', loss_weight=20.0)
        )
    ),
)
default_hooks = dict(
    ema=dict(
        type='EMAHook',
        ema_type='ExpMomentumEMA',
        momentum=0.002,
        gamma=500,
        update_buffers=True,
        priority=49,
    )
)
