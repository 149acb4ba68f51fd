"""Importing this checks the environment and makes the loading of checkpoints safe.

It also fits the number of PyTorch's threads to the cores that this process may use.

Every room that needs mmengine imports it first, so that no component can be used, and
no checkpoint loaded, without it. The package itself does not: a command line answers
before torch is imported.
"""

from fairmot_mm.utils.deferred_modules import defer_modules
from fairmot_mm.utils.paused_collection import paused_collection
from fairmot_mm.utils.setup_env import check_environment

with paused_collection():
    defer_modules()
    # Before anything is imported that a broken environment cannot import.
    check_environment()

    from fairmot_mm.checkpoint.allowed_types import allow_checkpoint_types
    from fairmot_mm.checkpoint.safe_loading import secure_mmengine
    from fairmot_mm.utils.threads import limit_threads

allow_checkpoint_types()
secure_mmengine()
limit_threads()
