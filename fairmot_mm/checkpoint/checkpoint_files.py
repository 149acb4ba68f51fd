"""Which checkpoint files a run may have written."""

import glob
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from fairmot_mm.utils.errors import CheckpointError

TEMPLATES = ('epoch_{}.pth', 'iter_{}.pth')


def checkpoint_files(
    work_dir: str | Path, hooks: Iterable[Mapping[str, Any] | None] = ()
) -> dict[Path, bool]:
    """List the files of a run that may be checkpoints.

    These are all ``.pth`` files in the work dir and in the folders of the hooks, the
    files with a name of the hooks, and the file that mmengine's ``last_checkpoint``
    names, which finds the folder and the names of an earlier config.

    Args:
        work_dir: Folder of the run; it need not exist.
        hooks: Configs of the hooks of the run; ``out_dir`` and ``filename_tmpl`` are
            those of mmengine's ``CheckpointHook``.

    Returns:
        Whether the name is one that a ``CheckpointHook`` or `StopOnSignalHook` gives to
        a checkpoint, by path.

    Raises:
        CheckpointError: A hook saves to a storage that cannot be searched.
    """
    work_dir = Path(work_dir)
    folders, templates = {work_dir: None}, [*TEMPLATES]
    for hook in filter(None, hooks):
        if hook.get('filename_tmpl'):
            templates.append(hook['filename_tmpl'])
        out_dir = hook.get('out_dir')
        if out_dir and 'CheckpointHook' in str(hook['type']):
            if '://' in str(out_dir):
                raise CheckpointError(
                    f'{out_dir} cannot be searched: name the checkpoint to continue '
                    'from with --resume CHECKPOINT'
                )
            # mmengine adds the name of the work dir.
            folders[Path(out_dir) / work_dir.name] = None
    found: dict[Path, bool] = {}
    for folder in folders:
        for pattern in (
            '*.pth',
            *(glob.escape(t).replace('{}', '*') for t in templates),
        ):
            named = pattern != '*.pth'
            for path in glob.glob(glob.escape(f'{folder}/') + pattern):
                found[Path(path)] = found.get(Path(path), False) or named
    last = last_checkpoint(work_dir)
    if last is not None and last.is_file():
        found[last] = True
    # A temporary file of a save that was killed begins with a dot.
    return {p: named for p, named in found.items() if not p.name.startswith('.')}


def last_checkpoint(work_dir: Path) -> Path | None:
    """Read which checkpoint mmengine saved last, see `checkpoint_files`.

    Args:
        work_dir: Folder of the run.

    Returns:
        Path of the checkpoint, which need not exist any more.
    """
    file = work_dir / 'last_checkpoint'
    name = file.read_text(errors='replace').strip() if file.is_file() else ''
    if not name:
        return None
    beside = work_dir / Path(name).name  # the work dir may have been moved
    return beside if beside.is_file() or '://' in name else Path(name)
