"""Hooks of training."""

from fairmot_mm.engine.hooks.loss_guard_hook import LossGuardHook
from fairmot_mm.engine.hooks.resume_hook import ResumeHook
from fairmot_mm.engine.hooks.stop_on_signal_hook import StopOnSignalHook
from fairmot_mm.engine.hooks.sync_all_buffers_hook import SyncAllBuffersHook

__all__ = ['LossGuardHook', 'ResumeHook', 'StopOnSignalHook', 'SyncAllBuffersHook']
