# The first levels keep their weights and statistics, for fine-tuning on little data.
_base_ = '../../fairmot/fairmot_dla34-conv-small_1xb4-10e_synthetic.py'
model = dict(
    frozen_modules=['detector.backbone.base_layer', 'detector.backbone.level0']
)
