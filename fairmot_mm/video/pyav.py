"""Importing PyAV only when a video is read or written."""

from types import ModuleType

from fairmot_mm.utils import VideoError


def import_av() -> ModuleType:
    """Import PyAV.

    Returns:
        The module ``av``.

    Raises:
        VideoError: PyAV is not installed.
    """
    try:
        import av
    except ImportError as error:
        raise VideoError(
            f'reading and writing video needs PyAV ({error}): pip install av'
        ) from error
    return av
