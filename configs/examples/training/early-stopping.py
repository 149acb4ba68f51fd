# The run ends once three validations in a row gain at most 0.1 % MOTA.
_base_ = '../../fairmot/fairmot_dla34-conv-small_1xb4-10e_synthetic.py'
train_cfg = dict(val_interval=1)
custom_hooks = [
    dict(
        type='EarlyStoppingHook',
        monitor='mot/MOTA',
        rule='greater',
        min_delta=0.001,
        patience=3,
    )
]
