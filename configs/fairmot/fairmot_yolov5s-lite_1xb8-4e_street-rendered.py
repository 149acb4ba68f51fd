# The second training of the model that comes with the project: rendered streets join
# the real ones. docs/explanation/light_model.md has data, commands and results.
_base_ = 'fairmot_yolov5s-lite_1xb8-14e_street.py'
max_epochs = 4
base_lr = 1e-3
model = dict(detector=dict(reid_head=dict(on_classifier_mismatch='reinit')))
load_from = 'work_dirs/fairmot_yolov5s-lite_1xb8-14e_street/epoch_14.pth'
ann_files = [*_base_.ann_files, 'rendered.train']
repeats = [*_base_.repeats, 2]
