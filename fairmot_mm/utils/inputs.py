"""Checks that the files of a command line exist, before anything slow is imported."""

from pathlib import Path

from fairmot_mm.utils.errors import (
    CheckpointError,
    ConfigError,
    DataError,
    VideoError,
)


def require_config(config: str | Path | None) -> None:
    """Check that the file of a config exists.

    Args:
        config: Path of the file, or a name of the model zoo, which is not looked up.

    Raises:
        ConfigError: It is the path of a file that does not exist.
    """
    if config is None:
        return
    path = Path(config)
    if not path.is_file() and (path.suffix or len(path.parts) != 1):
        raise ConfigError(f'config {config} does not exist')


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
        source: A file, a folder, an address, a camera number or a pattern; only the
            first two are looked for.

    Raises:
        VideoError: There is no such file or folder.
    """
    if '://' in source or source.isdigit() or any(each in source for each in '*?['):
        return
    if not Path(source).exists():
        raise VideoError(
            f'{source} does not exist; give a video, an image, a folder or pattern of '
            'images, a URL or a camera number'
        )


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
