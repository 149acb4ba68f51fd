"""The folder where files are kept that can be fetched or made again."""

import os
from pathlib import Path

CACHE_VARIABLE = 'FAIRMOT_MM_CACHE'


def cache_dir(kind: str = '') -> Path:
    """Folder of the files that are kept between runs; it need not exist yet.

    It holds downloaded weights, ONNX files and label indices. Nothing in it is ever
    removed by the package, and everything in it may be removed by the user.

    Args:
        kind: Name of the subfolder, as in ``onnx``; empty for the folder itself.

    Returns:
        ``$FAIRMOT_MM_CACHE``; where that is not set, ``$XDG_CACHE_HOME/fairmot_mm``;
        where neither is set, ``~/.cache/fairmot_mm``; with ``kind`` appended.
    """
    chosen = os.environ.get(CACHE_VARIABLE)
    if not chosen:
        chosen = str(Path(os.environ.get('XDG_CACHE_HOME') or '~/.cache', 'fairmot_mm'))
    return Path(chosen).expanduser() / kind
