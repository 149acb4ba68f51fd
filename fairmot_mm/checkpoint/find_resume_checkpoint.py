"""Which checkpoint of a run to resume from."""

import logging
import re
from pathlib import Path

from mmengine.logging import print_log

from fairmot_mm.checkpoint.read_state_dict import read_state_dict
from fairmot_mm.utils.errors import CheckpointError


def find_resume_checkpoint(work_dir: str | Path) -> Path | None:
    """Find the newest checkpoint of a run that can be read, and log damaged ones.

    The search looks at the files themselves, because mmengine's ``last_checkpoint`` may
    be empty or out of date after a run was killed.

    Args:
        work_dir: Folder of the run; it need not exist.

    Returns:
        Path of the checkpoint; ``None`` where the run has none yet.

    Raises:
        CheckpointError: The run has checkpoints, and all of them are damaged.
    """
    folder = Path(work_dir)
    saved = [*folder.glob('epoch_*.pth'), *folder.glob('iter_*.pth')]
    damaged: list[CheckpointError] = []
    for path in sorted(saved, key=_progress, reverse=True):
        try:
            read_state_dict(path)
        except CheckpointError as error:
            print_log(str(error), level=logging.WARNING)
            damaged.append(error)
            continue
        if damaged:
            print_log(
                f'the run goes on from the checkpoint before it, {path}',
                level=logging.WARNING,
            )
        return path
    if damaged:
        raise CheckpointError(
            f'no checkpoint of {work_dir} can be read, the newest one because: '
            f'{damaged[0]}. Remove the checkpoints to start from the beginning'
        )
    return None


def _progress(path: Path) -> tuple[float, int]:
    """Time of writing and number of a checkpoint, which grow with the training."""
    return path.stat().st_mtime, int(re.sub(r'\D', '', path.stem) or 0)
