"""Where a converter writes a data set, and how it places files there."""

import filecmp
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from fairmot_mm.utils import OutputError


@dataclass(frozen=True)
class Target:
    """Where a data set is written, and how.

    Attributes:
        out: Data root of the training configs.
        name: Name of the set and of its folder below ``out``. Its lists have the same
            name in lower case.
        copy: Copy images rather than link to them.
        workers: Number of processes; None starts one for each core.
        show_progress: Draw progress bars.
    """

    out: Path
    name: str
    copy: bool = False
    workers: int | None = None
    show_progress: bool = False

    def require_apart(self, source: str | Path) -> None:
        """Raise if the data set would be written into the source.

        Args:
            source: Folder that must not change.

        Raises:
            OutputError: One of the two folders is the other or lies in it.
        """
        mine, other = self.folder.resolve(), Path(source).resolve()
        if mine in (other, *other.parents) or other in mine.parents:
            raise OutputError(
                f'{self.folder} and {source} lie in each other, but the source must '
                'not change: choose another data root or name of the set'
            )

    @property
    def folder(self) -> Path:
        """Folder of the set."""
        return self.out / self.name

    def list_file(self, ending: str) -> Path:
        """Path of an image list.

        Args:
            ending: Ending of its name, such as ``train``.
        """
        return self.out / f'{self.name.lower()}.{ending}'


def place_file(source: Path, target: Path, copy: bool, scratch: Path) -> None:
    """Link to ``source`` or copy it, never over another file.

    Args:
        source: The file.
        target: Its new name. Nothing is done if that is the source itself.
        copy: Copy rather than link.
        scratch: A folder on the same disk for files that are not complete yet.

    Raises:
        OutputError: ``target`` exists and differs.
    """
    if target.parent.resolve() == source.parent.resolve():
        return
    if target.exists() and not (copy and target.is_symlink()):
        if not filecmp.cmp(source, target):
            raise OutputError(
                f'{target} exists and differs from {source}: choose another folder or '
                'name of the set'
            )
        return
    temporary = scratch / f'{os.getpid()}.part'
    temporary.unlink(missing_ok=True)
    if copy:
        shutil.copyfile(source, temporary)
    else:
        temporary.symlink_to(source.resolve())
    temporary.replace(target)
