# FairMOT with YOLOv5s, the published light network: a neck up to stride 4, narrow
# heads, embeddings of 64 numbers, fixed task weights.
_base_ = './fairmot_dla34.py'
norm_cfg = dict(type='BN', momentum=0.03, eps=0.001)
act_cfg = dict(type='SiLU', inplace=True)
branch_init = dict(weight_std=0.001, std_of_output_only=True)
model = dict(
    detector=dict(
        backbone=dict(
            _delete_=True,
            type='CSPDarknet',  # mmdet's YOLOX backbone is that of YOLOv5 5.0
            arch='P5',
            deepen_factor=0.33,
            widen_factor=0.5,
            out_indices=(1, 2, 3, 4),
            norm_cfg='${norm_cfg}',
            act_cfg='${act_cfg}',
        ),
        neck=dict(
            _delete_=True,
            type='YOLOv5Neck',
            in_channels=[64, 128, 256, 512],
            num_blocks=1,
            norm_cfg='${norm_cfg}',
            act_cfg='${act_cfg}',
        ),
        bbox_head=dict(
            feat_channels=64,
            act_cfg='${act_cfg}',
            branch_init='${branch_init}',
            loss_size=dict(loss_weight=0.5),
        ),
        reid_head=dict(
            feat_channels=64,
            act_cfg='${act_cfg}',
            branch_init='${branch_init}',
            embed_dims=64,
        ),
        task_weighting=dict(
            _delete_=True, type='FixedWeighting', weights=dict(det=1.0, id=0.1)
        ),
    )
)
