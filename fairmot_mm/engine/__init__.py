"""What training adds to mmengine's Runner and hooks."""

import fairmot_mm.environment  # noqa: F401, the first import

# isort: split
# A registry does not import the modules of its parent: mmdet's hooks are found from
# our scope only once their package is loaded.
import mmdet.engine  # noqa: F401

from fairmot_mm.engine import hooks
from fairmot_mm.engine.atomic_local_backend import AtomicLocalBackend
from fairmot_mm.engine.bfloat16_optim_wrapper import BFloat16OptimWrapper
from fairmot_mm.engine.hooks import *  # noqa: F403
from fairmot_mm.engine.resumable_epoch_loop import ResumableEpochLoop
from fairmot_mm.engine.row_adam import RowAdam
from fairmot_mm.engine.sequence_log_processor import SequenceLogProcessor

__all__ = [
    'AtomicLocalBackend',
    'BFloat16OptimWrapper',
    'ResumableEpochLoop',
    'RowAdam',
    'SequenceLogProcessor',
]
__all__ += hooks.__all__
