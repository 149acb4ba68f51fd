"""Writing the results of one source, text and video, in a thread."""

import warnings
from collections.abc import Collection, Sequence
from contextlib import ExitStack
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import numpy as np
from mmdet.structures import DetDataSample
from mmengine.structures import InstanceData

from fairmot_mm.exports.count_board import CountBoard
from fairmot_mm.exports.tracked_frame import TrackedFrame, TrackedVideo
from fairmot_mm.utils import ConfigError, step
from fairmot_mm.utils.contracts import require_range
from fairmot_mm.video.call_queue import CallQueue
from fairmot_mm.video.frame import Frame
from fairmot_mm.video.frame_outputs import FrameOutputs
from fairmot_mm.video.frame_source import FrameSource
from fairmot_mm.video.output_options import MOT, OutputOptions
from fairmot_mm.video.result_files import (
    FileSet,
    ResultFiles,
    ResultFrame,
    WrittenFile,
)
from fairmot_mm.video.result_names import (
    NameRequest,
    ResultNames,
    claim_files,
    claim_names,
    write_class_names,
)
from fairmot_mm.video.result_picture import draw_result, people_in
from fairmot_mm.video.segmented_files import SegmentedFiles
from fairmot_mm.video.video_encoding import VideoEncoding
from fairmot_mm.visualization import TrackVisualizer
from fairmot_mm.visualization.blurring import blur_boxes


class ResultWriter:
    """Writes ``NAME.txt`` (MOTChallenge results) and ``NAME.mp4`` (drawn) in a thread.

    The files get their names in `close`, those of a live source with the first frame;
    see `ResultFiles`. `outputs` asks for more. Tracks are counted, and crops are
    chosen, over the whole run, also where its files are segments.

    Args:
        source: The source that is tracked; the files are named after it.
        out_dir: Folder of the files. With None only crops and the stream of `outputs`
            are written.
        visualizer: Draws the frames of the mp4; its trails are cleared. If its
            ``dataset_meta`` has several ``classes``, the picture names them and the
            text has a column for them; ``labels.txt`` in the folder names its numbers.
        save_video: Whether to write the mp4.
        depth: Number of frames that may wait to be written. With 0 there is no thread.
        existing: What to do where a file exists or another run is writing it:
            ``refuse``; ``overwrite`` the file of an earlier run; or ``number`` the new
            files, as in ``NAME-2.txt``.
        sources: All files that are read at the same time; no result may replace one.
        encoding: How the mp4 is compressed.
        outputs: Forms of the tracks, counts, crops and blurred people.
        segment: Seconds of a segment, see `SegmentedFiles`; None writes one file of a
            kind.

    Attributes:
        name: Name of the source.

    Raises:
        ConfigError: Unknown ``existing``, a length of segments that cannot be, outputs
            that need a folder or the mp4 where there is none, or a package that an
            output needs is not installed.
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
        outputs: OutputOptions | None = None,
        segment: float | None = None,
    ) -> None:
        self.visualizer = visualizer
        self.visualizer.reset()
        self._source, self._encoding = source, encoding
        self._options = outputs or OutputOptions()
        self._draws = save_video and out_dir is not None
        self._options.require_room(out_dir is not None, save_video)
        if segment is not None:
            require_range(above=0, segment=segment)
            if out_dir is None:
                raise ConfigError('segment needs a folder to write to: set out_dir')
        self.name = source.name
        self._classes = (*(visualizer.dataset_meta or {}).get('classes', ()),)
        request = NameRequest(
            source.name,
            None if out_dir is None else Path(out_dir),
            [] if out_dir is None else self._options.endings(save_video),
            None if self._options.crops is None else Path(self._options.crops),
            existing,
            {*source.files, *sources},
            segment is not None,
        )
        with ExitStack() as files:
            claims = files.enter_context(ExitStack())
            names = claim_names(request, claims)
            if names.stem:
                folder, overwrite = names.stem.parent, existing == 'overwrite'
                write_class_names(folder, visualizer.classes, overwrite)
            video = TrackedVideo(source.name, self._classes, float(source.frame_rate))
            self._outputs = FrameOutputs(self._options, video, names.crops, source.live)
            self._board = self._outputs.board
            files.callback(self._outputs.close)
            self._files = self._open(names, request, segment, claims)
            if self._files:
                files.callback(self._files.close)
            self._calls: CallQueue[None] = CallQueue(depth, 'files')
            files.callback(self._calls.close)
            if self._draws and source.has_sound:
                name = f'{names.stem}{"" if segment is None else "_*"}.mp4'
                warnings.warn(
                    f'{name} will have no sound: it is left out', stacklevel=2
                )
            self._closing = files.pop_all()

    def _open(
        self,
        names: ResultNames,
        request: NameRequest,
        segment: float | None,
        claims: ExitStack,
    ) -> FileSet | None:
        """Open the files in the folder; None if there is no folder."""
        if names.stem is None:
            return None
        if segment is None:
            late = self._source.first_frame_id > 0
            return self._open_files(names.stem, names.paths, late, ExitStack())

        def open_segment(stem: Path) -> ResultFiles:
            with ExitStack() as own:
                paths = claim_files(
                    stem,
                    request.endings,
                    request.existing == 'overwrite',
                    request.sources,
                    own,
                )
                return self._open_files(stem, paths, True, own)

        return SegmentedFiles(
            self._source,
            names.stem,
            request.endings,
            open_segment,
            segment,
            names.earlier,
        )

    def _open_files(
        self, stem: Path, paths: dict[str, Path], starts_late: bool, claims: ExitStack
    ) -> ResultFiles:
        return ResultFiles(
            self._source,
            stem.name,
            paths,
            self._classes,
            self._options,
            self._encoding,
            starts_late,
            claims,
        )

    @property
    def written(self) -> list[WrittenFile]:
        """The files with at least one frame; they are complete after `close`."""
        files, crops = self._files, self._outputs.crops
        written = files.written if files else []
        if crops is not None and crops.num_frames:
            number = crops.num_crops
            written.append(WrittenFile(crops.path, crops.num_frames, number, 'crop'))
        return written

    @property
    def counts(self) -> CountBoard | None:
        """What was counted up to the last frame; None if nothing is counted."""
        return self._board

    @property
    def count_texts(self) -> dict[str, Sequence[str]]:
        """What was counted in words, see `CountBoard.texts`."""
        return self._board.texts if self._board else {}

    def write(
        self,
        frame: Frame,
        sample: DetDataSample,
        rate: float,
    ) -> None:
        """Count in the next frame, and queue it.

        Args:
            frame: The frame. The caller must not change its image afterwards.
            sample: Has ``frame_id`` (from 0) and ``pred_track_instances`` (``bboxes``
                (M, 4) xyxy in pixels of the frame, ``instances_id`` (M,)). It is
                copied: the caller may change it afterwards.
            rate: Speed to show in the picture, in frames a second.

        Raises:
            ConfigError: A point of a line or zone is not in the picture.
            OutputError: An earlier frame could not be written.
        """
        if self._files is None and not self._needs_tracked:
            return
        tracks = deepcopy(sample.pred_track_instances)
        number = sample.frame_id + 1 if frame.number is None else frame.number
        tracked = None
        if self._needs_tracked:
            tracked = self._tracked_frame(frame, number, sample.frame_id, tracks)
            tracked = self._outputs.count(tracked)
            self._board = tracked.board
        hidden = people_in(sample) if self._options.blur else None
        result = ResultFrame(number, sample.frame_id, frame.time, tracks, tracked)
        self._calls.submit(self._write, frame, result, hidden, rate)

    @property
    def _needs_tracked(self) -> bool:
        """Whether anything but the text and the mp4 is written."""
        options = self._options
        return (
            options.counts
            or options.crops is not None
            or options.stream is not None
            or {*options.forms} != {MOT}
        )

    def _write(
        self, frame: Frame, result: ResultFrame, hidden: np.ndarray | None, rate: float
    ) -> None:
        if self._draws or self._options.crops is not None:
            with step('drawing'):
                picture = frame.image
                if hidden is not None and self._options.blur:
                    picture = blur_boxes(picture, hidden, self._options.blur)
                if self._draws:
                    result = replace(result, picture=self._draw(picture, result, rate))
        else:
            picture = None
        with step('encoding'):
            if result.tracked is not None:
                self._outputs.write(result.tracked, picture)
            if self._files:
                self._files.write(result)

    def _draw(
        self, picture: np.ndarray, result: ResultFrame, rate: float
    ) -> np.ndarray:
        """The picture of the mp4."""
        people = self.visualizer.count_header(result.tracks)
        header = f'frame {result.number}  {people}  {rate:.1f} fps'
        board = result.tracked.board if result.tracked else None
        return draw_result(picture, result.tracks, self.visualizer, board, header)

    def _tracked_frame(
        self, frame: Frame, number: int, frame_id: int, tracks: InstanceData
    ) -> TrackedFrame:
        time = frame.time
        if time is None:
            time = frame_id / self._source.frame_rate
        height, width = frame.shape
        image = '' if frame.number is None else frame.path
        return TrackedFrame.from_tracks(
            tracks, number, frame_id, time, (width, height), image
        )

    def close(self) -> None:
        """Write the queued frames and give the files their names.

        A second call does nothing.

        Raises:
            OutputError: A file cannot be written; the part that was written is kept.
        """
        self._closing.close()
