"""Finding the files that a pattern of a command line stands for."""

import glob
from pathlib import Path


def expand_pattern(pattern: str) -> list[Path]:
    """Find the files that a pattern of a command line stands for.

    Args:
        pattern: Path with ``*``, ``?``, ``[...]`` or ``**``. Leading folders that exist
            are taken as they are: ``[a] b/*.jpg`` means the folder ``[a] b``.

    Returns:
        The files in no particular order.
    """
    path = Path(pattern)
    folder = next((parent for parent in path.parents if parent.is_dir()), Path())
    rest = str(path.relative_to(folder))
    escaped = str(Path(glob.escape(str(folder))) / rest)
    return [Path(match) for match in glob.glob(escaped, recursive=True)]
