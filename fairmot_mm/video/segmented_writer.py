"""Writing the results of an endless source to a row of files."""

import itertools
import re
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from mmdet.structures import DetDataSample

from fairmot_mm.utils import ConfigError, require_writable_dir
from fairmot_mm.utils.claim_output import lock_output
from fairmot_mm.utils.contracts import require_choice, require_range
from fairmot_mm.utils.errors import NameTakenError
from fairmot_mm.video.frame import Frame
from fairmot_mm.video.frame_source import FrameSource
from fairmot_mm.video.output_options import OutputOptions
from fairmot_mm.video.result_writer import EXISTING, ResultWriter, WrittenFile
from fairmot_mm.video.video_encoding import VideoEncoding
from fairmot_mm.visualization import TrackVisualizer


class RunWriter(Protocol):
    """Writes the results of one source: one `ResultWriter`, or a row of them.

    Attributes:
        name: Name of the source.
    """

    name: str

    @property
    def count_texts(self) -> dict[str, Sequence[str]]:
        """What was counted; true after `close`."""

    @property
    def written(self) -> list[WrittenFile]:
        """The files with at least one frame; they are complete after `close`."""

    def write(self, frame: Frame, sample: DetDataSample, rate: float) -> None:
        """Queue the next frame, see `ResultWriter.write`."""

    def close(self) -> None:
        """Write the queued frames and finish the files."""


class SegmentedWriter:
    """Writes ``NAME_0001.txt``, ``NAME_0001.mp4``, ``NAME_0002.txt`` and so on.

    The next segment begins with the first frame at or after a multiple of ``seconds``
    of the source. Numbers of frames go on, so that the texts one after another are the
    result of the whole source; each mp4 begins with its own first frame. The segment
    before is finished in a thread meanwhile.

    Args:
        source: The source that is tracked.
        out_dir: Folder of the files.
        make_writer: Makes the writer of a segment, from the source under the name of
            the segment.
        seconds: Length of a segment.
        existing: What to do with segments of an earlier run: ``refuse``; ``overwrite``
            all of them; or ``number`` the new ones, as in ``NAME-2_0001.txt``.
        sources: All files that are read at the same time; no result may replace one.

    Raises:
        ConfigError: An argument cannot be used.
        NameTakenError: There are segments of an earlier run, one of them is a source,
            or another run writes them.
        OutputError: The folder cannot be written.
    """

    def __init__(
        self,
        source: FrameSource,
        out_dir: str | Path | None,
        make_writer: Callable[[FrameSource], ResultWriter],
        seconds: float,
        existing: str = 'refuse',
        sources: Collection[Path] = (),
    ) -> None:
        require_range(above=0, segment=seconds)
        require_choice('existing', existing, EXISTING)
        if out_dir is None:
            raise ConfigError('segment needs a folder to write to: set out_dir')
        self._source, self._seconds, self._make_writer = source, seconds, make_writer
        self.name = source.name
        self._written: list[WrittenFile] = []
        self._count_texts: dict[str, Sequence[str]] = {}
        self._finishing: Future[ResultWriter] | None = None
        self._pool = ThreadPoolExecutor(1, thread_name_prefix='finish-segment')
        self._locks = ExitStack()
        stem = require_writable_dir(out_dir) / source.name
        self._stem, self._earlier = self._claim(
            stem, existing, {*sources, *source.files}
        )
        self._number, self._place, self._count = 1, 0, 0
        self._writer = self._begin()

    def _claim(
        self, stem: Path, existing: str, sources: set[Path]
    ) -> tuple[Path, list[Path]]:
        """Reserve the name; also the segments of an earlier run to be removed."""
        for number in itertools.count(1):
            name = stem if number == 1 else stem.with_name(f'{stem.name}-{number}')
            with ExitStack() as lock:
                try:
                    lock.enter_context(lock_output(name.with_name(f'{name.name}_')))
                    earlier = _segments(name)
                    _require_free(earlier, existing == 'overwrite', sources)
                except NameTakenError:
                    if existing != 'number':
                        raise
                    continue
                self._locks.push(lock.pop_all())
                return name, earlier
        raise AssertionError  # numbers do not end

    def _begin(self) -> ResultWriter:
        warns_of_sound = self._source.has_sound and self._number == 1
        name = f'{self._stem.name}_{self._number:04d}'
        return self._make_writer(
            replace(self._source, name=name, has_sound=warns_of_sound)
        )

    @property
    def written(self) -> list[WrittenFile]:
        """The files with at least one frame; they are complete after `close`."""
        return self._written + self._writer.written

    @property
    def count_texts(self) -> dict[str, Sequence[str]]:
        """What was counted in each segment, whose name stands before."""
        return self._count_texts | _count_texts(self._writer)

    def write(self, frame: Frame, sample: DetDataSample, rate: float) -> None:
        """Queue the next frame, in the segment that its time belongs to.

        Args:
            frame: See `ResultWriter.write`.
            sample: See `ResultWriter.write`.
            rate: See `ResultWriter.write`.

        Raises:
            OutputError: An earlier frame could not be written.
        """
        for path in self._earlier:
            path.unlink(missing_ok=True)
        self._earlier = []
        time = frame.time
        if time is None:
            time = sample.frame_id / self._source.frame_rate
        place = int(time // self._seconds)
        if place > self._place and self._count > 0:
            self._collect()
            self._finishing = self._pool.submit(_close, self._writer)
            self._number, self._count = self._number + 1, 0
            self._writer = self._begin()
        self._place = place
        self._count += 1
        self._writer.write(frame, sample, rate)

    def _collect(self) -> None:
        """Wait for the segment before."""
        finishing, self._finishing = self._finishing, None
        if finishing is not None:
            writer = finishing.result()
            self._written += writer.written
            self._count_texts |= _count_texts(writer)

    def close(self) -> None:
        """Finish the files. A second call does nothing.

        Raises:
            OutputError: A file cannot be written; the part that was written is kept.
        """
        with self._locks, self._pool:
            try:
                self._collect()
            finally:
                self._writer.close()


def open_writer(
    source: FrameSource,
    out_dir: str | Path | None,
    visualizer: TrackVisualizer,
    save_video: bool,
    depth: int,
    existing: str = 'refuse',
    sources: Collection[Path] = (),
    encoding: VideoEncoding | None = None,
    outputs: OutputOptions | None = None,
    segment: float | None = None,
) -> RunWriter:
    """Make the writer of a run.

    Args:
        source: See `ResultWriter`.
        out_dir: See `ResultWriter`.
        visualizer: See `ResultWriter`.
        save_video: See `ResultWriter`.
        depth: See `ResultWriter`.
        existing: See `ResultWriter`.
        sources: See `ResultWriter`.
        encoding: See `ResultWriter`.
        outputs: See `ResultWriter`; what is counted begins anew with each segment.
        segment: Seconds of a segment, see `SegmentedWriter`; None writes one file of a
            kind.

    Returns:
        The writer.

    Raises:
        ConfigError: See `SegmentedWriter`.
        NameTakenError: See `SegmentedWriter`.
        OutputError: See `SegmentedWriter`.
    """
    if segment is None:
        return ResultWriter(
            source,
            out_dir,
            visualizer,
            save_video,
            depth,
            existing,
            sources,
            encoding,
            outputs,
        )

    def make(part: FrameSource) -> ResultWriter:
        return ResultWriter(
            part,
            out_dir,
            deepcopy(visualizer),
            save_video,
            depth,
            'overwrite' if existing == 'overwrite' else 'refuse',
            sources,
            encoding,
            outputs,
            starts_late=True,
        )

    return SegmentedWriter(source, out_dir, make, segment, existing, sources)


def _count_texts(writer: ResultWriter) -> dict[str, Sequence[str]]:
    """What was counted in a segment, with its name."""
    return {
        f'{writer.name} {place}': [f'{writer.name} {text}' for text in texts]
        for place, texts in writer.count_texts.items()
    }


def _close(writer: ResultWriter) -> ResultWriter:
    writer.close()
    return writer


def _segments(stem: Path) -> list[Path]:
    """Files of the segments of a name, in order."""
    pattern = re.compile(rf'{re.escape(stem.name)}_\d{{4,}}\.\w+')
    return sorted(p for p in stem.parent.iterdir() if pattern.fullmatch(p.name))


def _require_free(earlier: list[Path], overwrite: bool, sources: set[Path]) -> None:
    """Refuse segments that may not be removed."""
    for path in earlier:
        if any(source.exists() and path.samefile(source) for source in sources):
            raise NameTakenError(f'{path} is the source itself; choose another folder')
        if not overwrite:
            raise NameTakenError(
                f'{path} exists; choose another folder, or use --overwrite to remove '
                'the segments of the earlier run, or --keep to number the new files '
                "(in Python existing='overwrite' or 'number')"
            )
