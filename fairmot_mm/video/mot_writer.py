"""Writing a MOTChallenge result file frame by frame."""

from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

from mmengine.structures import InstanceData

from fairmot_mm.utils import OutputError, atomic_path, format_mot_rows
from fairmot_mm.utils.atomic import growing_path
from fairmot_mm.utils.boxes import xyxy_to_tlwh


class MOTWriter:
    """Writes ``frame,id,left,top,width,height,score,-1,-1,-1`` lines, a frame a time.

    The file gets its name in `close`, so an unfinished file is never read, unless it
    ``grows``. If no frame was written there is no file; if no frame had tracks the file
    is empty. If writing fails (a full disk), the frames before are kept.

    Args:
        path: The text file to make. Its folder is created.
        with_classes: Whether to write classes, counted from 1, in the eighth column,
            which is the column of the class in ground truth.
        grows: Whether the file has its name from the first frame on, so that others can
            follow it.

    Attributes:
        num_frames: Number of frames written so far; after `close`, those in the file.
    """

    def __init__(
        self, path: str | Path, with_classes: bool = False, grows: bool = False
    ) -> None:
        self.path = Path(path)
        self._create = growing_path if grows else atomic_path
        self.with_classes = with_classes
        self.num_frames = 0
        self._files = ExitStack()
        self._file: BinaryIO | None = None

    def write(self, frame: int, tracks: InstanceData) -> None:
        """Append the tracks of one frame.

        Args:
            frame: Frame number, counted from 1.
            tracks: ``bboxes`` (M, 4) xyxy in pixels of the frame, ``instances_id``
                (M,), ``labels`` (M,) if classes are written, and ``scores`` (M,);
                without scores each is 1.

        Raises:
            OutputError: The file cannot be written.
        """
        tlwh = xyxy_to_tlwh(tracks.bboxes.double())
        classes = (tracks.labels + 1).tolist() if self.with_classes else None
        ids = tracks.instances_id.tolist()
        scores = tracks.scores.tolist() if 'scores' in tracks else None
        rows = format_mot_rows(frame, ids, tlwh.tolist(), classes, scores)
        if self._file is None:
            temporary = self._files.enter_context(self._create(self.path))
            # Without a buffer the file always holds a whole number of frames.
            self._file = self._files.enter_context(temporary.open('wb', buffering=0))
        try:
            size = self._file.tell()
            unwritten = memoryview(rows.encode())
            while unwritten:
                unwritten = unwritten[self._file.write(unwritten) :]
        except OSError as error:
            self._file.truncate(size)
            raise OutputError(
                f'cannot write {self.path}: {error.strerror}; the frames before are '
                'kept'
            ) from error
        self.num_frames += 1

    def close(self) -> None:
        """Finish the file and give it its name. A second call does nothing.

        Raises:
            OutputError: The file cannot be written; it is removed then.
        """
        self._file = None
        try:
            self._files.close()
        except OSError as error:
            self.num_frames = 0
            raise OutputError(f'cannot write {self.path}: {error.strerror}') from error
