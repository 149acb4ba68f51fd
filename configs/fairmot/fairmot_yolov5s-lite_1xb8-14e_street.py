# The model that comes with the project: docs/explanation/light_model.md has data,
# commands and results. TUD-Campus is not trained on.
_base_ = [
    '../_base_/models/fairmot_yolov5s-lite.py',
    '../_base_/datasets/street_256x192.py',
    '../_base_/trackers/likelihood.py',
    '../_base_/schedules/adamw_14e.py',
    '../_base_/default_runtime.py',
]
model = dict(tracker=dict(_delete_=True, **_base_.likelihood_tracker))
# Averaged weights are validated and saved. As a default hook, this stays in a config of
# your own that has custom_hooks; ema=None leaves it out.
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
