"""What training adds to mmengine's Runner and hooks."""

import fairmot_mm.environment  # noqa: F401, the first import

# isort: split
# A registry does not import the modules of its parent: mmdet's hooks are found from
# our scope only once their package is loaded.
import mmdet.engine  # noqa: F401

from fairmot_mm.engine import hooks, param_schedulers
from fairmot_mm.engine.atomic_local_backend import AtomicLocalBackend
from fairmot_mm.engine.bfloat16_optim_wrapper import BFloat16OptimWrapper
from fairmot_mm.engine.hooks import *  # noqa: F403
from fairmot_mm.engine.mean_log_processor import MeanLogProcessor
from fairmot_mm.engine.param_schedulers import *  # noqa: F403
from fairmot_mm.engine.require_hooks import require_hooks
from fairmot_mm.engine.resumable_epoch_loop import ResumableEpochLoop
from fairmot_mm.engine.row_adam import RowAdam
from fairmot_mm.engine.sequence_log_processor import SequenceLogProcessor

__all__ = [
    'AtomicLocalBackend',
    'BFloat16OptimWrapper',
    'MeanLogProcessor',
    'ResumableEpochLoop',
    'RowAdam',
    'SequenceLogProcessor',
    'require_hooks',
]
__all__ += hooks.__all__ + param_schedulers.__all__
