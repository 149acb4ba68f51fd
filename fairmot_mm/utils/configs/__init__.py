"""What config files and options say, before any component is known.

A command finds a wrong option here. Nothing imports torch or a component, except a
config that imports its classes itself (mmengine's pure-Python form).
"""

from fairmot_mm.utils.deferred_modules import defer_modules
from fairmot_mm.utils.setup_env import check_versions

# Before anything imports mmengine.
defer_modules()
check_versions()
