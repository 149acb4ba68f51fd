"""PyAV, imported where video is read or written and nowhere else."""

from types import ModuleType

from fairmot_mm.utils import VideoError


def import_av() -> ModuleType:
    """PyAV.

    Raises:
        VideoError: It is not installed.
    """
    try:
        import av
    except ImportError as error:
        raise VideoError(
            f'reading and writing video needs PyAV ({error}): pip install av'
        ) from error
    return av
