"""What FFmpeg's errors about addresses mean."""

import errno
from typing import TYPE_CHECKING

from fairmot_mm.video.pyav import import_av

if TYPE_CHECKING:
    from av.error import FFmpegError

_BROKEN = (errno.EIO, errno.EPIPE, errno.ECONNRESET, errno.ETIMEDOUT)
NO_PARTS = (
    'its index is at its end, and the server did not give that part of the file (HTTP '
    'range requests); download the file first, and track the copy'
)


def stream_error(error: 'FFmpegError', timeout: float) -> str:
    """Say what went wrong.

    FFmpeg calls a wait that was too long an exit request.

    Args:
        error: The error.
        timeout: Seconds after which FFmpeg gives up.
    """
    if isinstance(error, import_av().error.ExitError):
        return f'nothing came for {timeout:g} seconds'
    if error.errno in _BROKEN:
        return f'the connection broke off ({error.strerror})'
    return error.strerror or str(type(error).__name__)


def needs_parts(location: str, error: 'FFmpegError') -> bool:
    """Whether a file of a web server broke off because FFmpeg could not go back in it.

    FFmpeg reads the index at the end of an mp4 before the first frame.

    Args:
        location: The address.
        error: The error before the first frame.
    """
    return location.startswith(('http:', 'https:')) and error.errno in _BROKEN
