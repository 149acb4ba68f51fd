# The second training of the model that comes with the project: rendered streets join
# the real ones. docs/explanation/light_model.md has data, commands and results.
_base_ = 'fairmot_yolov5s-lite_1xb8-14e_street.py'
max_epochs = 4
model = dict(detector=dict(reid_head=dict(on_classifier_mismatch='reinit')))
load_from = 'work_dirs/fairmot_yolov5s-lite_1xb8-14e_street/epoch_14.pth'
real = _base_.train_dataloader.dataset
train_dataloader = dict(
    dataset=dict(
        ann_files=[*real.ann_files, 'rendered.train'], repeats=[*real.repeats, 2]
    )
)
train_cfg = dict(max_epochs=max_epochs)
optim_wrapper = dict(optimizer=dict(lr=1e-3))
param_scheduler = _base_.param_scheduler
param_scheduler[0].update(eta_max=1e-3, total_steps=max_epochs)
