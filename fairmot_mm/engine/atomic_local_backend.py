"""Storage that never leaves half a file."""

from pathlib import Path

from mmengine.fileio import LocalBackend, register_backend

from fairmot_mm.utils.atomic import atomic_path
from fairmot_mm.utils.errors import OutputError


@register_backend('atomic_local')
class AtomicLocalBackend(LocalBackend):
    """mmengine's local storage; files are written under another name, then renamed.

    For ``CheckpointHook(backend_args=dict(backend='atomic_local'))``: a run that is
    killed while it saves leaves the checkpoints that were complete, and no other.
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
                    f'{filepath} cannot be written: {error.strerror}; what was there '
                    'before is complete. Make room, then go on with --resume'
                ) from error

    def put_text(self, obj: str, filepath: str | Path, encoding: str = 'utf-8') -> None:
        """Write text to ``filepath``, see `put`."""
        self.put(obj.encode(encoding), filepath)
