# The light model of rendered streets, trained further: more streets, with ignore
# regions, images without people, labels of a teacher and embeddings of another. The
# model that comes with the project is the result of three such trainings.
# docs/how_to/train_with_teachers.md has the data and the commands.
_base_ = [
    '../_base_/models/fairmot_yolov5s-lite.py',
    '../_base_/datasets/street-wide_256x192.py',
    '../_base_/trackers/likelihood.py',
    '../_base_/schedules/adamw_14e.py',
    '../_base_/default_runtime.py',
]
max_epochs = 4
base_lr = 1e-3
input_size = (512, 320)
load_from = 'fairmot_yolov5s_lite_street-rendered'
train_cfg = dict(val_interval='${max_epochs}')
model = dict(
    tracker=dict(_delete_=True, **_base_.likelihood_tracker),
    detector=dict(
        reid_head=dict(
            on_classifier_mismatch='reinit',
            loss_distill=dict(type='SimilarityDistillLoss', loss_weight=20.0),
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
