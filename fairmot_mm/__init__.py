"""FairMOT as a plugin framework on mmengine, mmcv and mmdet."""

from fairmot_mm.utils.setup_env import (
    allow_checkpoint_types,
    check_environment,
    secure_checkpoint_loading,
)

__version__ = '0.1.0'

check_environment()
allow_checkpoint_types()
secure_checkpoint_loading()
