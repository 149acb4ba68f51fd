"""Reading configs, and starting the processes of a run."""

from fairmot_mm.config.launch import join_processes
from fairmot_mm.config.load_config import (
    explain_build_errors,
    load_config,
    load_run_config,
    set_num_ids,
)

__all__ = [
    'explain_build_errors',
    'join_processes',
    'load_config',
    'load_run_config',
    'set_num_ids',
]
