"""Reading and checking configs, and starting the processes of a run."""

from fairmot_mm.config.build import (
    build_component,
    build_runner,
    explain_build_errors,
)
from fairmot_mm.config.check_component import check_component
from fairmot_mm.config.check_run import check_run
from fairmot_mm.config.class_names import class_names
from fairmot_mm.config.launch import join_processes
from fairmot_mm.config.load_config import load_config
from fairmot_mm.config.load_run_config import load_run_config
from fairmot_mm.config.num_ids import set_num_ids

__all__ = [
    'build_component',
    'build_runner',
    'check_component',
    'check_run',
    'class_names',
    'explain_build_errors',
    'join_processes',
    'load_config',
    'load_run_config',
    'set_num_ids',
]
