"""Which checkpoint of a run to resume from."""

import logging
import zipfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from mmengine.logging import print_log

from fairmot_mm.checkpoint.checkpoint_files import checkpoint_files, last_checkpoint
from fairmot_mm.checkpoint.read_state_dict import read_state_dict
from fairmot_mm.checkpoint.safe_loading import load_safely
from fairmot_mm.utils.errors import CheckpointError

# What a checkpoint needs beside the weights so that a training can continue.
STATE = ('optimizer', 'message_hub')


def find_resume_checkpoint(
    work_dir: str | Path, hooks: Iterable[Mapping[str, Any] | None] = ()
) -> Path | None:
    """Find the checkpoint with the most iterations of a run; log damaged ones.

    If the folder has checkpoints of several trainings, those of the training that was
    started last count. The search looks into the files: neither their names nor their
    times matter, and mmengine's ``last_checkpoint`` may be empty or out of date after a
    run was killed.

    Args:
        work_dir: Folder of the run; it need not exist.
        hooks: Configs of the hooks of the run, see `checkpoint_files`.

    Returns:
        Path of the checkpoint; ``None`` where the run has none yet.

    Raises:
        CheckpointError: The run has checkpoints, and none can be continued from.
    """
    whole: dict[Path, tuple] = {}
    damaged: dict[Path, CheckpointError] = {}
    weights = []
    for path, named in checkpoint_files(work_dir, hooks).items():
        try:
            content = load_safely(path, mmap=zipfile.is_zipfile(path))
        except CheckpointError as error:
            if named:
                damaged[path] = error
            continue
        meta = content.get('meta') if isinstance(content, dict) else None
        if not isinstance(meta, dict) or not {'epoch', 'iter'} <= meta.keys():
            continue
        if all(key in content for key in STATE):
            written = path.stat().st_mtime
            started = meta.get('training_started', '')
            whole[path] = (started, meta['iter'], meta['epoch'], written)
        else:
            weights.append(path)
    chosen = _furthest(whole, damaged)
    for path, problem in damaged.items():
        print_log(str(problem), level=logging.WARNING)
        if chosen and path.stat().st_mtime >= chosen.stat().st_mtime:
            print_log(
                f'the run continues from the checkpoint before it, {chosen}',
                level=logging.WARNING,
            )
    if chosen is None:
        _require_none(Path(work_dir), damaged, weights)
    return chosen


def _furthest(
    whole: dict[Path, tuple], damaged: dict[Path, CheckpointError]
) -> Path | None:
    """The checkpoint with the most progress whose weights can all be read."""
    for path in sorted(whole, key=lambda path: whole[path], reverse=True):
        with suppress(CheckpointError):
            read_state_dict(path)
            return path
        damaged[path] = CheckpointError(f'checkpoint {path} cannot be read: damaged')
    return None


def _require_none(
    work_dir: Path, damaged: dict[Path, CheckpointError], weights: list[Path]
) -> None:
    """Refuse to start over where there was a training.

    Raises:
        CheckpointError: There was one.
    """
    if damaged:
        _, error = max(damaged.items(), key=lambda item: item[0].stat().st_mtime)
        raise CheckpointError(
            f'no checkpoint of {work_dir} can be read, the newest one because: '
            f'{error}. Remove the checkpoints to start from the beginning'
        )
    if weights:
        raise CheckpointError(
            f'no checkpoint of {work_dir} can be continued: {weights[0].name} has '
            'weights, but no state of the optimizer. To start a new training from its '
            f'weights, leave --resume out and set load_from={weights[0]} and another '
            '--work-dir'
        )
    last = last_checkpoint(work_dir)
    if last is not None:
        raise CheckpointError(
            f'{work_dir}/last_checkpoint names {last}, which cannot be found: put it '
            'back or name another one with --resume CHECKPOINT; to start from the '
            f'beginning, remove {work_dir}/last_checkpoint'
        )
