"""Checks that the files of a command line exist, before anything slow is imported."""

from pathlib import Path

from fairmot_mm.utils.errors import (
    CheckpointError,
    DataError,
)
from fairmot_mm.utils.urls import is_url, local_path


def require_config(config: str | Path | None) -> None:
    """Check that a config exists.

    Args:
        config: Path of the file, or a name of the model zoo; None is left out.

    Raises:
        ConfigError: There is no such file and no model of this name, see `find_config`.
    """
    if config is not None and not Path(config).is_file():
        from fairmot_mm.utils.model_zoo import find_config

        find_config(config)


def require_checkpoint(checkpoint: str | Path | None) -> None:
    """Check that a checkpoint exists.

    Args:
        checkpoint: Path of the file, or an address, which is not fetched.

    Raises:
        CheckpointError: The file does not exist.
    """
    if checkpoint is None or '://' in str(checkpoint):
        return
    if not Path(checkpoint).expanduser().is_file():
        raise CheckpointError(f'checkpoint {checkpoint} does not exist')


def require_source(source: str) -> None:
    """Check that a source of frames exists.

    Args:
        source: A file, a folder, a pattern, an address or a camera number; the last two
            are not tried.

    Raises:
        VideoError: There is no such file or folder.
        DataError: A folder or pattern means no images or videos, see `find_files`.
    """
    path = Path(local_path(source))
    is_number = source.isascii() and source.isdecimal() and not path.exists()
    if is_url(source) or is_number or path.is_file():
        return
    from fairmot_mm.utils.find_files import find_files, is_sequence

    if not (path.is_dir() and is_sequence(path)):
        find_files(str(path))


def require_paths(*paths: str | Path | None) -> None:
    """Check that files or folders exist.

    Args:
        paths: Their paths; None is left out.

    Raises:
        DataError: One of them does not exist.
    """
    for path in paths:
        if path is not None and not Path(path).exists():
            raise DataError(f'{path} does not exist')
