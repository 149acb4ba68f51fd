"""Local storage that never leaves an incomplete file."""

from pathlib import Path

from mmengine.fileio import LocalBackend, register_backend

from fairmot_mm.utils.atomic import atomic_path
from fairmot_mm.utils.errors import OutputError


@register_backend('atomic_local')
class AtomicLocalBackend(LocalBackend):
    """mmengine's local storage, which writes a temporary file and then renames it.

    With ``CheckpointHook(backend_args=dict(backend='atomic_local'))``, a run that is
    killed while it saves leaves complete checkpoints only.
    """

    def put(self, obj: bytes, filepath: str | Path) -> None:
        """Write ``obj`` to ``filepath``.

        Raises:
            OutputError: The folder cannot be created or written, or the disk is full.
        """
        with atomic_path(filepath) as temporary:
            try:
                temporary.write_bytes(obj)
            except OSError as error:
                raise OutputError(
                    f'{filepath} cannot be written: {error.strerror}. Earlier files '
                    'are complete: free disk space, then continue with --resume'
                ) from error

    def put_text(self, obj: str, filepath: str | Path, encoding: str = 'utf-8') -> None:
        """Write ``obj`` to ``filepath`` as text, see `put`."""
        self.put(obj.encode(encoding), filepath)
