# Very many identities: they are split over the processes, and an iteration has a tenth
# of them. The optimizer updates only that tenth.
_base_ = '../../fairmot/fairmot_dla34-conv-small_1xb4-10e_synthetic.py'
model = dict(
    detector=dict(
        reid_head=dict(
            classifier_cfg=dict(
                type='PartialClassifier', sample_ratio=0.1, sparse_grad=True
            )
        )
    )
)
optim_wrapper = dict(optimizer=dict(type='RowAdam'))
