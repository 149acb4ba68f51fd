"""Hooks of training."""

from fairmot_mm.engine.hooks.sync_all_buffers_hook import SyncAllBuffersHook

__all__ = ['SyncAllBuffersHook']
