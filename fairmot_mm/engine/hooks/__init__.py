"""Hooks that act during a training."""

from fairmot_mm.engine.hooks.channels_last_hook import (
    ChannelsLastHook,
    to_channels_last,
)
from fairmot_mm.engine.hooks.compile_network_hook import (
    CompileNetworkHook,
    compile_network,
)
from fairmot_mm.engine.hooks.corrupt_image_hook import CorruptImageHook
from fairmot_mm.engine.hooks.flag_exchange_hook import FlagExchangeHook
from fairmot_mm.engine.hooks.loss_guard_hook import LossGuardHook
from fairmot_mm.engine.hooks.resume_hook import ResumeHook
from fairmot_mm.engine.hooks.row_shard_hook import RowShardHook
from fairmot_mm.engine.hooks.run_record_hook import RunRecordHook
from fairmot_mm.engine.hooks.sample_visualization_hook import SampleVisualizationHook
from fairmot_mm.engine.hooks.stop_on_signal_hook import StopOnSignalHook
from fairmot_mm.engine.hooks.sync_all_buffers_hook import SyncAllBuffersHook
from fairmot_mm.engine.hooks.training_scalars_hook import TrainingScalarsHook

__all__ = [
    'ChannelsLastHook',
    'CompileNetworkHook',
    'CorruptImageHook',
    'FlagExchangeHook',
    'LossGuardHook',
    'ResumeHook',
    'RowShardHook',
    'RunRecordHook',
    'SampleVisualizationHook',
    'StopOnSignalHook',
    'SyncAllBuffersHook',
    'TrainingScalarsHook',
    'compile_network',
    'to_channels_last',
]
