"""Results of an endless source in a row of files."""

from array import array
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from fairmot_mm.video.frame_source import FrameSource
from fairmot_mm.video.result_files import ResultFiles, ResultFrame, WrittenFile


class SegmentedFiles:
    """Writes ``NAME_0001.txt``, ``NAME_0001.mp4``, ``NAME_0002.txt`` and so on.

    See `FileSet`. The next segment begins with the first frame at or after a multiple
    of ``seconds`` of the source. Numbers of frames go on, so that the texts one after
    another are the result of the whole source; each mp4 begins with its own first
    frame. The segment before is finished in a thread meanwhile.

    Args:
        source: The source.
        stem: Path of the files, without number and ending.
        endings: Endings of the files of a segment.
        open_files: Opens the files of a segment, from their path without endings.
        seconds: Length of a segment.
        earlier: Segments of an earlier run, which are removed with the first frame.
    """

    def __init__(
        self,
        source: FrameSource,
        stem: Path,
        endings: Sequence[str],
        open_files: Callable[[Path], ResultFiles],
        seconds: float,
        earlier: Sequence[Path] = (),
    ) -> None:
        self._source, self._stem, self._seconds = source, stem, seconds
        self._open_files, self._earlier = open_files, earlier
        # A run may have very many segments. Of each finished one, two numbers are kept
        # by the ending: of frames and of items.
        self._finished = {ending: array('q') for ending in endings}
        self._items: dict[str, str] = {}  # what an item is, by the ending
        self._finishing: Future[ResultFiles] | None = None
        self._pool = ThreadPoolExecutor(1, thread_name_prefix='finish-segment')
        self._number, self._place, self._count = 1, 0, 0
        self._num_finished = 0
        self._current = open_files(self._path(1))

    def _path(self, number: int) -> Path:
        """Path of the files of a segment, without endings."""
        return self._stem.with_name(f'{self._stem.name}_{number:04d}')

    @property
    def written(self) -> list[WrittenFile]:
        """See `FileSet.written`."""
        finished = []
        for number in range(self._num_finished):
            path = self._path(number + 1)
            for ending, numbers in self._finished.items():
                num_frames, num_items = numbers[2 * number : 2 * number + 2]
                if num_frames:
                    file = path.with_name(path.name + ending)
                    item = self._items[ending]
                    finished.append(WrittenFile(file, num_frames, num_items, item))
        return finished + self._current.written

    def write(self, frame: ResultFrame) -> None:
        """See `FileSet.write`; the time of the frame says which segment it is in."""
        for path in self._earlier:
            path.unlink(missing_ok=True)
        self._earlier = []
        time = frame.time
        if time is None:
            time = frame.frame_id / self._source.frame_rate
        place = int(time // self._seconds)
        if place > self._place and self._count > 0:
            self._collect()
            self._finishing = self._pool.submit(_close, self._current)
            self._number, self._count = self._number + 1, 0
            self._current = self._open_files(self._path(self._number))
        self._place = place
        self._count += 1
        self._current.write(frame)

    def _collect(self) -> None:
        """Wait for the segment before."""
        finishing, self._finishing = self._finishing, None
        if finishing is None:
            return
        written = {file.path.name: file for file in finishing.result().written}
        self._num_finished += 1
        path = self._path(self._num_finished)
        for ending, numbers in self._finished.items():
            file = written.get(path.name + ending)
            numbers.extend((file.num_frames, file.num_items) if file else (0, 0))
            if file:
                self._items[ending] = file.item

    def close(self) -> None:
        """See `FileSet.close`. A second call does nothing."""
        with self._pool:
            try:
                self._collect()
            finally:
                self._current.close()


def _close(files: ResultFiles) -> ResultFiles:
    files.close()
    return files
