"""Checks of the files that a command line names, before anything slow is imported."""

import zipfile
from pathlib import Path
from typing import Any

from fairmot_mm.utils.errors import (
    CheckpointError,
    DataError,
    VideoError,
)
from fairmot_mm.utils.file_listing import IMAGE_SUFFIXES
from fairmot_mm.utils.urls import is_url, local_path

# A config with the tracker as published, for tools that need no network.
PUBLISHED = {'model': {'tracker': {'type': 'JDETracker'}}}


def require_config(
    config: str | Path | None, options: dict[str, Any] | None = None
) -> None:
    """Check that a config can be read, and that options lead somewhere in it.

    Args:
        config: Path of the file, or a name of the model zoo; None is the default model.
        options: Keys of the config that the command line overrides.

    Raises:
        ConfigError: There is no such file and no model of this name, see `find_config`;
            the file cannot be read; or see `check_options`.
    """
    if config is None and options:
        from fairmot_mm.utils.model_zoo import default_model

        config = default_model().config
    if config is None:
        return
    if not Path(config).is_file():
        from fairmot_mm.utils.model_zoo import find_config

        find_config(config)
    from fairmot_mm.utils.configs.check_options import check_options

    check_options(config, options or {})


def require_tracker(
    config: str | Path | None, options: dict[str, Any] | None = None
) -> None:
    """Check that the config of a tracker exists, and that options lead somewhere in it.

    Args:
        config: Path of the file, or a name of the model zoo; None is `PUBLISHED`.
        options: Keys of the config that the command line overrides.

    Raises:
        ConfigError: See `require_config`.
    """
    if config is not None:
        require_config(config, options)
    elif options:
        from mmengine.config import Config

        from fairmot_mm.utils.configs.check_options import check_options

        check_options(Config(PUBLISHED), options)


def require_checkpoint(checkpoint: str | Path | None) -> None:
    """Check that a checkpoint exists, and begins and ends as one.

    Args:
        checkpoint: Path of the file, or an address, which is not fetched. Of an ONNX
            file only the name is looked at.

    Raises:
        CheckpointError: The file does not exist, or `torch.save` has not written it.
    """
    if checkpoint is None or '://' in str(checkpoint):
        return
    path = Path(checkpoint).expanduser()
    if not path.is_file():
        raise CheckpointError(f'checkpoint {checkpoint} does not exist')
    if path.suffix != '.onnx' and not _is_saved_by_torch(path):
        raise CheckpointError(
            f'checkpoint {checkpoint} cannot be read: it is damaged, cut off, or not a '
            'PyTorch file'
        )


def _is_saved_by_torch(path: Path) -> bool:
    """Whether a file is a whole zip archive, or begins as the older forms do."""
    with path.open('rb') as file:
        start = file.read(262)
        is_pickle, is_tar = start[:1] == b'\x80', start[257:262] == b'ustar'
        return is_pickle or is_tar or zipfile.is_zipfile(file)


def require_source(source: str) -> None:
    """Check that a source of frames exists, and that a file can be opened as a video.

    Args:
        source: A file, a folder, a pattern, an address or a camera number; the last two
            are not tried.

    Raises:
        VideoError: There is no such file or folder, or a file is neither a video nor
            an image.
        DataError: A folder or pattern means no images or videos, see `find_files`.
    """
    text = local_path(source)
    path = Path(text)
    is_number = text.isascii() and text.isdecimal() and not path.exists()
    if is_url(text) or is_number:
        return
    if path.is_file():
        if path.suffix.lower() not in IMAGE_SUFFIXES:
            _require_video(path)
        return
    from fairmot_mm.utils.find_files import find_files, is_sequence

    if not (path.is_dir() and is_sequence(path)):
        find_files(str(path))


def _require_video(path: Path) -> None:
    """Refuse a file that is no video."""
    try:
        import av
    except ImportError:  # this is said where the video is read
        return
    try:
        with av.open(f'file:{path}') as container:
            if container.streams.video:
                return
    except av.error.FFmpegError as error:
        raise VideoError(
            f'{path} cannot be opened as a video: {error.strerror}; is it a complete '
            'video?'
        ) from error
    raise VideoError(f'{path} has no video stream in it')


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
