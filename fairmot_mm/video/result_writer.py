"""Writing the results of one source, text and video, in a thread."""

import itertools
import warnings
from collections.abc import Collection, Sequence
from contextlib import ExitStack
from copy import deepcopy
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from mmdet.structures import DetDataSample
from mmengine.structures import InstanceData

from fairmot_mm.utils import require_writable_dir, step
from fairmot_mm.utils.claim_output import claim_output
from fairmot_mm.utils.contracts import require_choice
from fairmot_mm.utils.errors import NameTakenError
from fairmot_mm.video.call_queue import CallQueue
from fairmot_mm.video.frame import Frame
from fairmot_mm.video.frame_source import FrameSource
from fairmot_mm.video.mot_writer import MOTWriter
from fairmot_mm.video.video_encoding import VideoEncoding
from fairmot_mm.video.video_writer import VideoWriter
from fairmot_mm.visualization import TrackVisualizer

_ADVICE = (
    'choose another folder, or use --overwrite to replace it, or --keep to number the '
    "new files (in Python existing='overwrite' or 'number')"
)
EXISTING = ('refuse', 'overwrite', 'number')


class WrittenFile(NamedTuple):
    """A result file that is complete and has its name.

    Attributes:
        path: The file.
        num_frames: Number of frames in it.
    """

    path: Path
    num_frames: int


class ResultWriter:
    """Writes ``NAME.txt`` (MOTChallenge results) and ``NAME.mp4`` (drawn) in a thread.

    The files get their names in `close`, those of a live source with the first frame;
    see `MOTWriter` and `VideoWriter`.

    Args:
        source: The source that is tracked; the files are named after it.
        out_dir: Folder of the files. With None nothing is written.
        visualizer: Draws the frames of the mp4; its trails are cleared. If its
            ``dataset_meta`` has several ``classes``, the picture names them and the
            text has a column for them.
        save_video: Whether to write the mp4.
        depth: Number of frames that may wait to be written. With 0 there is no thread.
        existing: What to do where a file exists or another run is writing it:
            ``refuse``; ``overwrite`` the file of an earlier run; or ``number`` the new
            files, as in ``NAME-2.txt``.
        sources: All files that are read at the same time; no result may replace one.
        encoding: How the mp4 is compressed.
        starts_late: Whether the source began before the first frame that is written:
            the mp4 begins with that frame.

    Raises:
        ConfigError: Unknown ``existing``.
        NameTakenError: A file exists, is a source, or is being written by another run.
        OutputError: The folder cannot be written.
    """

    def __init__(
        self,
        source: FrameSource,
        out_dir: str | Path | None,
        visualizer: TrackVisualizer,
        save_video: bool,
        depth: int,
        existing: str = 'refuse',
        sources: Collection[Path] = (),
        encoding: VideoEncoding | None = None,
        starts_late: bool = False,
    ) -> None:
        require_choice('existing', existing, EXISTING)
        self.visualizer = visualizer
        self.visualizer.reset()
        self._encoding = encoding
        starts_late |= source.first_frame_id > 0
        self._start = None if starts_late else Fraction(0)  # seconds of the source
        self._text: MOTWriter | None = None
        self._video: VideoWriter | None = None
        self._files = ExitStack()
        if out_dir is not None:
            stem = require_writable_dir(out_dir) / source.name
            endings = ['.txt', '.mp4'] if save_video else ['.txt']
            paths = self._claim(stem, endings, existing, {*source.files, *sources})
            self._open(source, *paths)
        self._calls: CallQueue[None] = CallQueue(depth, 'files')
        self._files.callback(self._calls.close)

    def _claim(
        self, stem: Path, endings: Sequence[str], existing: str, sources: set[Path]
    ) -> list[Path]:
        """Reserve the names of the files until `close`; all of them have one number."""
        for number in itertools.count(1):
            name = stem.name if number == 1 else f'{stem.name}-{number}'
            with ExitStack() as claims:
                try:
                    paths = [
                        claims.enter_context(
                            claim_output(
                                stem.with_name(name + ending),
                                existing == 'overwrite',
                                sources,
                                _ADVICE,
                            )
                        )
                        for ending in endings
                    ]
                except NameTakenError:
                    if existing != 'number':
                        raise
                    continue
                self._files.push(claims.pop_all())
                return paths
        raise AssertionError  # numbers do not end

    def _open(self, source: FrameSource, text: Path, video: Path | None = None) -> None:
        classes = (self.visualizer.dataset_meta or {}).get('classes', ())
        self._text = MOTWriter(text, len(classes) > 1, source.live)
        self._files.callback(self._text.close)
        if video is None:
            return
        if source.has_sound:
            warnings.warn(f'{video} will have no sound: it is left out', stacklevel=2)
        self._video = VideoWriter(
            video, source.frame_rate, source.pixel_aspect, self._encoding, source.live
        )
        self._files.callback(self._video.close)

    @property
    def written(self) -> list[WrittenFile]:
        """The files with at least one frame; they are complete after `close`."""
        writers = [each for each in (self._text, self._video) if each is not None]
        return [
            WrittenFile(each.path, each.num_frames)
            for each in writers
            if each.num_frames
        ]

    def write(
        self,
        frame: Frame,
        sample: DetDataSample,
        rate: float,
    ) -> None:
        """Queue the next frame.

        Args:
            frame: The frame. The caller must not change its image afterwards.
            sample: Has ``frame_id`` (from 0) and ``pred_track_instances`` (``bboxes``
                (M, 4) xyxy in pixels of the frame, ``instances_id`` (M,)). It is
                copied: the caller may change it afterwards.
            rate: Speed to show in the picture, in frames a second.

        Raises:
            OutputError: An earlier frame could not be written.
        """
        if self._text is None:
            return
        tracks = deepcopy(sample.pred_track_instances)
        self._calls.submit(self._write, frame, sample.frame_id, tracks, rate)

    def _write(
        self, frame: Frame, frame_id: int, tracks: InstanceData, rate: float
    ) -> None:
        number = frame_id + 1 if frame.number is None else frame.number
        if self._video:
            with step('drawing'):
                header = f'frame {number}  people {len(tracks)}  {rate:.1f} fps'
                image = self.visualizer.draw(frame.image, tracks, header)
        with step('encoding'):
            if self._text:
                self._text.write(number, tracks)
            if self._video:
                self._video.write(image, time=self._video_time(frame, frame_id))

    def _video_time(self, frame: Frame, frame_id: int) -> Fraction:
        """Seconds from the beginning of the mp4."""
        assert self._video
        time = frame_id / self._video.frame_rate if frame.time is None else frame.time
        self._start = time if self._start is None else self._start
        return time - self._start

    def close(self) -> None:
        """Write the queued frames and give the files their names.

        A second call does nothing.

        Raises:
            OutputError: A file cannot be written; the part that was written is kept.
        """
        self._files.close()
