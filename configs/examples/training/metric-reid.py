# Embeddings that learn from their distances: a Re-ID head without a classifier, which
# needs no number of identities, and batches of two people with two images each.
_base_ = '../../fairmot/fairmot_dla34-conv-small_1xb4-10e_synthetic.py'
model = dict(
    detector=dict(
        reid_head=dict(
            _delete_=True,
            type='MetricReIDHead',
            in_channels=32,
            feat_channels=64,
            embed_dims=64,
            loss_metric=dict(type='HardTripletLoss', margin=0.3),  # or CircleLoss
        )
    )
)
train_dataloader = dict(
    drop_last=False,  # the batch sampler makes whole batches only
    batch_sampler=dict(type='IdentityBatchSampler', images_per_identity=2),
)
