"""Reading the config of a run of mmengine's Runner."""

import os
from pathlib import Path

from mmengine.config import Config

from fairmot_mm.config.launch import join_processes
from fairmot_mm.config.load_config import load_config
from fairmot_mm.utils.atomic import require_writable_dir


def load_run_config(
    config: str | Path,
    cfg_options: dict | None = None,
    work_dir: str | None = None,
    launcher: str = 'none',
    local_rank: int = 0,
) -> Config:
    """Read the config of a run of mmengine's Runner, and join its other processes.

    Args:
        config: Path of a config file, or a name of the model zoo.
        cfg_options: Keys to override, see `load_config`.
        work_dir: Folder of the run; by default that of the config, or else
            ``work_dirs/`` and the config's name.
        launcher: How the processes of a distributed run were started.
        local_rank: Number of this process on its machine, where the launcher does not
            say it in the environment.

    Returns:
        The config, with ``launcher`` and ``work_dir``.

    Raises:
        ConfigError: See `load_config` and `join_processes`.
        OutputError: The work dir cannot be written.
    """
    os.environ.setdefault('LOCAL_RANK', str(local_rank))
    cfg = load_config(config, cfg_options)
    cfg.launcher = launcher
    join_processes(cfg)
    cfg.work_dir = work_dir or cfg.get('work_dir') or f'work_dirs/{Path(config).stem}'
    require_writable_dir(cfg.work_dir)
    return cfg
