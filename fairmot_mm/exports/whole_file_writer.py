"""What writers of files that can only be read whole have in common."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from fairmot_mm.exports.tracked_frame import TrackedVideo
from fairmot_mm.utils import OutputError


class WholeFileWriter:
    """Base of a `TrackWriter` whose file nobody could read without its end.

    If writing fails (a full disk), nothing is kept.

    Args:
        path: The file to make. Its folder is created.
        video: The video; it has the names of the classes.
    """

    # What the library behind the file raises where it cannot be written.
    _errors: tuple[type[Exception], ...] = (OSError,)

    def __init__(self, path: str | Path, video: TrackedVideo) -> None:
        self.path, self.video = Path(path), video
        self.num_frames = 0
        self._files = ExitStack()
        self._is_open = False

    @contextmanager
    def _all_or_nothing(self) -> Iterator[None]:
        """Remove the file where the body cannot write it."""
        try:
            yield
        except self._errors as error:
            self._is_open, self.num_frames = False, 0
            reason = getattr(error, 'strerror', None) or error
            failure = OutputError(
                f'cannot write {self.path}: {reason}; nothing is kept'
            )
            with suppress(*self._errors):  # closing writes, and fails again
                self._files.pop_all().__exit__(OutputError, failure, None)
            if isinstance(error, OutputError):
                raise
            raise failure from error
