"""FairMOT as a plugin framework on mmengine, mmcv and mmdet."""

from fairmot_mm.utils.setup_env import check_environment

__version__ = '0.1.0'

# Before anything is imported that a broken environment cannot import.
check_environment()

from fairmot_mm.checkpoint.allowed_types import allow_checkpoint_types  # noqa: E402
from fairmot_mm.checkpoint.safe_loading import secure_mmengine  # noqa: E402

allow_checkpoint_types()
secure_mmengine()
