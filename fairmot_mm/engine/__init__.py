"""What training adds to mmengine's Runner and hooks."""

# A registry does not import the modules of its parent: mmdet's hooks are found from
# our scope only once their package is loaded.
import mmdet.engine  # noqa: F401

from fairmot_mm.engine.atomic_backend import AtomicLocalBackend
from fairmot_mm.engine.hooks import SyncAllBuffersHook

__all__ = ['AtomicLocalBackend', 'SyncAllBuffersHook']
