"""Writing the best pictures of each track."""

import os
import shutil
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from fairmot_mm.exports.appended_file import AppendedFile
from fairmot_mm.exports.csv_writer import COLUMNS, csv_lines
from fairmot_mm.exports.tracked_frame import TrackedFrame, TrackedVideo
from fairmot_mm.utils import OutputError, atomic_path
from fairmot_mm.utils.claim_output import lock_output
from fairmot_mm.utils.errors import NameTakenError

INDEX = 'crops.csv'
# Seconds between two crops of a track; neighbouring frames look the same.
_SPACING = 0.5
# Seconds after which a track that is not seen any more has its crops written.
_PATIENCE = 30.0


@dataclass(frozen=True)
class _Crop:
    """A picture of a track: its quality, time, row of the index, and JPEG file."""

    quality: float
    time: float
    row: tuple[object, ...]
    jpeg: bytes


class CropWriter:
    """Writes ``FOLDER/ID/FRAME.jpg`` and ``FOLDER/crops.csv``.

    Of each track the crops are kept that have the largest product of score and area,
    with half a second or more between two of them. They wait in memory until the track
    was not seen for 30 seconds, so that memory grows with the number of people at a
    time, and not with the video. A track that comes back later gets the crops that its
    number leaves. ``crops.csv`` has the columns of `CSVWriter` and ``file``. The folder
    gets its name in `close`, unless it ``grows``.

    Args:
        folder: The folder to make. If it exists it is replaced: see `claim_crops`.
        video: The video; it has the names of the classes.
        per_track: Largest number of crops of a track.
        grows: Whether the folder has its name from the first crop on, so that others
            can look into it.

    Attributes:
        path: The folder.
        num_frames: Number of frames seen so far, if there is a crop; else 0.
        num_crops: Number of crops written so far; after `close`, those in the folder.
    """

    def __init__(
        self,
        folder: str | Path,
        video: TrackedVideo,
        per_track: int = 5,
        grows: bool = False,
    ) -> None:
        self.path, self.video, self.per_track = Path(folder), video, per_track
        self._grows = grows
        self._best: dict[int, list[_Crop]] = {}
        self._seen: dict[int, float] = {}
        self._num_frames = self.num_crops = 0
        self._swept = 0.0
        self._files = ExitStack()
        self._staging: Path | None = None
        self._index: AppendedFile

    @property
    def num_frames(self) -> int:
        """Number of frames seen so far, if there is a crop; else 0."""
        return self._num_frames if self._staging or self._best else 0

    def write(self, frame: TrackedFrame, image: np.ndarray) -> None:
        """Look for better crops in the next frame.

        Args:
            frame: The frame.
            image: (H, W, 3) uint8 BGR picture of it.

        Raises:
            OutputError: A file cannot be written.
        """
        self._num_frames += 1
        width, height = frame.size
        boxes = frame.xyxy.clip(0, [width, height] * 2).round().astype(int)
        sizes = boxes[:, 2:] - boxes[:, :2]
        qualities = frame.scores * sizes.prod(axis=1)
        for row in np.flatnonzero((sizes >= 2).all(axis=1)).tolist():
            self._consider(frame, row, float(qualities[row]), boxes[row], image)
        if frame.time - self._swept > 1:
            self._swept = frame.time
            old = [
                identity
                for identity, time in self._seen.items()
                if frame.time - time > _PATIENCE
            ]
            for identity in old:
                self._flush(identity)

    def _consider(
        self,
        frame: TrackedFrame,
        row: int,
        quality: float,
        box: np.ndarray,
        image: np.ndarray,
    ) -> None:
        """Keep the crop of a track if it is better than one of those that it has."""
        identity = int(frame.ids[row])
        self._seen[identity] = frame.time
        best = self._best.setdefault(identity, [])
        near = [crop for crop in best if frame.time - crop.time < _SPACING]
        full = len(best) == self.per_track
        rivals = near or (best if full else [])
        worst = min(rivals, key=lambda crop: crop.quality, default=None)
        if worst is not None:
            if quality <= worst.quality:
                return
            best.remove(worst)
        x1, y1, x2, y2 = box.tolist()
        _, jpeg = cv2.imencode('.jpg', image[y1:y2, x1:x2])
        label = int(frame.labels[row])
        values = (
            frame.number,
            f'{frame.time:.6f}',
            identity,
            label,
            self.video.class_name(label),
            f'{frame.scores[row]:.6g}',
            *(f'{value:.4f}' for value in frame.tlwh[row].tolist()),
            f'{identity}/{frame.number:06d}.jpg',
        )
        best.append(_Crop(quality, frame.time, values, jpeg.tobytes()))

    def _flush(self, identity: int) -> None:
        """Write the crops of a track, and forget it."""
        best = sorted(self._best.pop(identity), key=lambda crop: -crop.quality)
        del self._seen[identity]
        try:
            if self._staging is None:
                self._staging = self._open()
            folder = self._staging / str(identity)
            folder.mkdir(exist_ok=True)
            # The folder remembers an earlier visit of the track.
            room = self.per_track - sum(1 for _ in folder.glob('*.jpg'))
            crops = sorted(best[: max(0, room)], key=lambda crop: crop.time)
            for crop in crops:
                with atomic_path(self._staging / str(crop.row[-1])) as file:
                    file.write_bytes(crop.jpeg)
        except OSError as error:
            raise OutputError(
                f'cannot write crops to {self.path}: {error.strerror}; what was '
                'written before is kept'
            ) from error
        self._index.append(csv_lines(crop.row for crop in crops))
        self.num_crops += len(crops)

    def _open(self) -> Path:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if self._grows:
            _remove(self.path)
            self.path.mkdir()
            return self._open_index(self.path)
        folder = tempfile.mkdtemp(
            prefix=f'.{self.path.name}.', suffix='.part', dir=self.path.parent
        )
        self._files.callback(shutil.rmtree, folder, ignore_errors=True)
        staging = Path(folder) / 'crops'  # made with the mode that the user's mask says
        staging.mkdir()
        return self._open_index(staging)

    def _open_index(self, folder: Path) -> Path:
        self._index = AppendedFile(folder / INDEX, self._grows)
        self._index.append(csv_lines([(*COLUMNS, 'file')]))
        return folder

    def close(self) -> None:
        """Write the crops that wait, and give the folder its name.

        A second call does nothing.

        Raises:
            OutputError: A file cannot be written.
        """
        with self._files:
            try:
                for identity in sorted(self._best):
                    self._flush(identity)
            finally:
                if self._staging is not None and self._staging.exists():
                    self._index.close()
                    if self._staging != self.path:
                        _remove(self.path)
                        os.rename(self._staging, self.path)


def _remove(folder: Path) -> None:
    """Remove a folder in one step, as others see it."""
    if folder.exists():
        old = tempfile.mkdtemp(prefix=f'.{folder.name}.', dir=folder.parent)
        os.rename(folder, Path(old) / folder.name)
        shutil.rmtree(old, ignore_errors=True)


def claim_crops(folder: Path, overwrite: bool, files: ExitStack, advice: str) -> Path:
    """Reserve the name of a folder of crops.

    Args:
        folder: The folder.
        overwrite: Whether crops of an earlier run may be replaced.
        files: Ends the reservation.
        advice: What to do where the folder exists, for the message.

    Returns:
        The folder.

    Raises:
        NameTakenError: The folder exists, or another run is writing it.
        OutputError: It cannot be written.
    """
    files.enter_context(lock_output(folder))
    if folder.exists():
        if not overwrite:
            raise NameTakenError(f'{folder} exists; {advice}')
        if not (folder / INDEX).is_file():
            raise NameTakenError(
                f'{folder} is not a folder of crops (it has no {INDEX}), and is not '
                'replaced; choose another folder'
            )
    return folder
