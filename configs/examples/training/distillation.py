# The Re-ID head also learns which people look alike from a frozen network, whose
# embeddings tools/dataset_converters/embed_with_teacher.py wrote beside the list.
_base_ = '../../fairmot/fairmot_dla34-conv-small_1xb4-10e_synthetic.py'
model = dict(
    detector=dict(
        reid_head=dict(
            loss_distill=dict(type='SimilarityDistillLoss', loss_weight=20.0)
        )
    )
)
train_dataloader = dict(dataset=dict(teacher_embeds=['synthetic.train.embeds.npz']))
