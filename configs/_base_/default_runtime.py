default_scope = 'fairmot_mm'

default_hooks = dict(
    timer=dict(type='IterTimerHook'),
    logger=dict(type='LoggerHook', interval=50),
    param_scheduler=dict(type='ParamSchedulerHook'),
    checkpoint=dict(
        type='CheckpointHook',
        interval=1,
        max_keep_ckpts=3,
        save_best='mot/MOTA',
        rule='greater',
        # A run that is killed while it saves leaves no half written checkpoint.
        backend_args=dict(backend='atomic_local'),
    ),
    sampler_seed=dict(type='DistSamplerSeedHook'),
    sync_buffers=dict(type='SyncAllBuffersHook'),
    resume=dict(type='ResumeHook'),
    row_shard=dict(type='RowShardHook'),
    # Iterations after which the processes exchange what the next three hooks found.
    flag_exchange=dict(type='FlagExchangeHook', interval=10),
    stop_on_signal=dict(type='StopOnSignalHook'),
    # Acts only with train_dataloader.dataset.on_corrupt='skip'.
    corrupt_images=dict(type='CorruptImageHook', max_images=100),
    loss_guard=dict(type='LossGuardHook', action='stop'),
    scalars=dict(type='TrainingScalarsHook'),
    record=dict(type='RunRecordHook'),
)
env_cfg = dict(
    cudnn_benchmark=True,
    mp_cfg=dict(mp_start_method='fork', opencv_num_threads=0),
    dist_cfg=dict(backend='nccl'),
)
vis_backends = [dict(type='LocalVisBackend'), dict(type='TensorboardVisBackend')]
visualizer = dict(type='TrackVisualizer', vis_backends='${vis_backends}')
log_processor = dict(type='SequenceLogProcessor', window_size=50, by_epoch=True)
log_level = 'INFO'
# Where the weights lie that a training starts from.
pretrained_dir = 'pretrained'
load_from = None
resume = False
randomness = dict(seed=317)
