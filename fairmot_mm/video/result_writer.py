"""Writing the results of one source, text and video, in a thread."""

import itertools
import warnings
from collections.abc import Collection, Sequence
from contextlib import ExitStack
from copy import deepcopy
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import numpy as np
from mmdet.structures import DetDataSample
from mmengine.structures import InstanceData

from fairmot_mm.exports.crop_writer import claim_crops
from fairmot_mm.exports.tracked_frame import TrackedFrame, TrackedVideo
from fairmot_mm.utils import ConfigError, require_writable_dir, step, write_text
from fairmot_mm.utils.claim_output import claim_output
from fairmot_mm.utils.class_files import CLASS_FILE
from fairmot_mm.utils.contracts import require_choice
from fairmot_mm.utils.errors import NameTakenError
from fairmot_mm.utils.text_files import read_text
from fairmot_mm.video.call_queue import CallQueue
from fairmot_mm.video.frame import Frame
from fairmot_mm.video.frame_outputs import FrameOutputs
from fairmot_mm.video.frame_source import FrameSource
from fairmot_mm.video.mot_writer import MOTWriter
from fairmot_mm.video.output_options import MOT, OutputOptions
from fairmot_mm.video.video_encoding import VideoEncoding
from fairmot_mm.video.video_writer import VideoWriter
from fairmot_mm.visualization import TrackVisualizer
from fairmot_mm.visualization.blurring import blur_boxes

_ADVICE = (
    'choose another folder, or use --overwrite to replace it, or --keep to number the '
    "new files (in Python existing='overwrite' or 'number')"
)
EXISTING = ('refuse', 'overwrite', 'number')
# Detections without a track that are blurred have this score or more.
_BLUR_SCORE = 0.2


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
    see `MOTWriter` and `VideoWriter`. `outputs` asks for more.

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
        starts_late: Whether the source began before the first frame that is written:
            the mp4 begins with that frame.

    Attributes:
        name: Name of the source.

    Raises:
        ConfigError: Unknown ``existing``, outputs that need a folder or the mp4 where
            there is none, or a package that an output needs is not installed.
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
        starts_late: bool = False,
    ) -> None:
        require_choice('existing', existing, EXISTING)
        self.visualizer = visualizer
        self.visualizer.reset()
        self._encoding = encoding
        self._options = outputs or OutputOptions()
        _require_room(self._options, out_dir, save_video)
        self.name, self._frame_rate = source.name, source.frame_rate
        starts_late |= source.first_frame_id > 0
        self._start = None if starts_late else Fraction(0)  # seconds of the source
        self._text: MOTWriter | None = None
        self._video: VideoWriter | None = None
        self._outputs: FrameOutputs | None = None
        self._files = ExitStack()
        stem = None if out_dir is None else require_writable_dir(out_dir) / source.name
        try:
            if stem or self._options.crops is not None:
                endings = self._options.endings(save_video) if stem else []
                paths, crops = self._claim(
                    stem, endings, existing, {*source.files, *sources}
                )
                if stem:
                    self._name_classes(stem.parent, existing == 'overwrite')
                self._open(source, paths, crops)
            elif self._options.stream is not None:
                self._open(source, {}, None)
        except BaseException:
            self._files.close()
            raise
        self._calls: CallQueue[None] = CallQueue(depth, 'files')
        self._files.callback(self._calls.close)

    def _claim(
        self, stem: Path | None, endings: list[str], existing: str, sources: set[Path]
    ) -> tuple[dict[str, Path], Path | None]:
        """Reserve the files by their endings, and the folder of crops, until `close`.

        All of them have one number.
        """
        overwrite, crops = existing == 'overwrite', None
        for number in itertools.count(1):
            name = self.name if number == 1 else f'{self.name}-{number}'
            with ExitStack() as claims:
                try:
                    paths = {
                        ending: claims.enter_context(
                            claim_output(
                                stem.with_name(name + ending),
                                overwrite,
                                sources,
                                _ADVICE,
                            )
                        )
                        for ending in endings
                        if stem is not None
                    }
                    if self._options.crops is not None:
                        folder = require_writable_dir(self._options.crops) / name
                        crops = claim_crops(folder, overwrite, claims, _ADVICE)
                except NameTakenError:
                    if existing != 'number':
                        raise
                    continue
                self._files.push(claims.pop_all())
                return paths, crops
        raise AssertionError  # numbers do not end

    def _name_classes(self, folder: Path, overwrite: bool) -> None:
        """Write the names of several classes, for whoever reads their numbers."""
        if not self.visualizer.classes:
            return
        path = folder / CLASS_FILE
        names = ''.join(f'{name}\n' for name in self.visualizer.classes)
        if path.is_file() and not overwrite and read_text(path) != names:
            raise NameTakenError(
                f'{path} names the classes of other results; choose another folder, or '
                "use --overwrite to replace it (in Python existing='overwrite')"
            )
        write_text(path, names)

    def _open(
        self, source: FrameSource, paths: dict[str, Path], crops: Path | None
    ) -> None:
        classes = tuple((self.visualizer.dataset_meta or {}).get('classes', ()))
        video = TrackedVideo(source.name, classes, float(source.frame_rate))
        self._outputs = FrameOutputs(self._options, video, paths, crops)
        self._files.callback(self._outputs.close)
        if MOT in self._options.forms and paths:
            self._text = MOTWriter(paths['.txt'], len(classes) > 1, source.live)
            self._files.callback(self._text.close)
        if '.mp4' not in paths:
            return
        path = paths['.mp4']
        if source.has_sound:
            warnings.warn(f'{path} will have no sound: it is left out', stacklevel=2)
        self._video = VideoWriter(
            path,
            source.frame_rate,
            source.pixel_aspect,
            self._encoding,
            source.live,
        )
        self._files.callback(self._video.close)

    @property
    def written(self) -> list[WrittenFile]:
        """The files with at least one frame; they are complete after `close`."""
        others = self._outputs.files if self._outputs else []
        writers = [self._text, *others, self._video]
        return [
            WrittenFile(each.path, each.num_frames)
            for each in writers
            if each is not None and each.num_frames
        ]

    @property
    def count_texts(self) -> dict[str, Sequence[str]]:
        """What was counted, see `FrameOutputs.count_texts`; true after `close`."""
        return self._outputs.count_texts() if self._outputs else {}

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
        if self._outputs is None:
            return
        tracks = deepcopy(sample.pred_track_instances)
        hidden = people_in(sample) if self._options.blur else None
        self._calls.submit(self._write, frame, sample.frame_id, tracks, hidden, rate)

    def _write(
        self,
        frame: Frame,
        frame_id: int,
        tracks: InstanceData,
        hidden: np.ndarray | None,
        rate: float,
    ) -> None:
        number = frame_id + 1 if frame.number is None else frame.number
        assert self._outputs is not None  # checked by `write`
        tracked = None
        if self._outputs.is_used:
            tracked = self._tracked_frame(frame, number, frame_id, tracks)
            tracked = self._outputs.count(tracked)
        if self._video or self._outputs.crops:
            with step('drawing'):
                picture = frame.image
                if hidden is not None and self._options.blur:
                    picture = blur_boxes(picture, hidden, self._options.blur)
                if self._video:
                    counts = self.visualizer.count_header(tracks)
                    header = f'frame {number}  {counts}  {rate:.1f} fps'
                    image = self.visualizer.draw(picture, tracks, header)
                    self._outputs.draw(image)
        with step('encoding'):
            if tracked is not None:
                self._outputs.write(tracked)
            if tracked is not None and self._outputs.crops:
                self._outputs.crops.write(tracked, picture)
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

    def _tracked_frame(
        self, frame: Frame, number: int, frame_id: int, tracks: InstanceData
    ) -> TrackedFrame:
        time = frame.time
        if time is None:
            time = frame_id / self._frame_rate
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
        self._files.close()


def _require_room(
    options: OutputOptions, out_dir: str | Path | None, save_video: bool
) -> None:
    """Refuse outputs that would be written nowhere.

    Raises:
        ConfigError: There is no folder, or no picture, for an output.
    """
    if out_dir is None and tuple(options.forms) != (MOT,):
        raise ConfigError(f'the forms {", ".join(options.forms)} need out_dir')
    if out_dir is None and options.counts and options.stream is None:
        raise ConfigError('lines and zones need out_dir or a stream')
    has_picture = (out_dir is not None and save_video) or options.crops is not None
    if options.blur and not has_picture:
        raise ConfigError('blur changes the mp4 and the crops, and neither is written')


def blurred_image(sample: DetDataSample, blur: str | None) -> np.ndarray:
    """The picture of a result, without the faces or bodies that shall not be seen.

    Args:
        sample: A result of an inferencer, with its ``frame``.
        blur: See `OutputOptions`; None: nobody is blurred.

    Returns:
        (H, W, 3) uint8 BGR; the image of the frame itself if nobody is blurred.
    """
    image = sample.frame.image
    return blur_boxes(image, people_in(sample), blur) if blur else image


def people_in(sample: DetDataSample) -> np.ndarray:
    """(N, 4) xyxy of everybody to blur: tracks, and detections that have none."""
    boxes = [sample.pred_track_instances.bboxes]
    for key in ('pred_instances', 'left_out_instances'):
        if key in sample:
            found = sample.get(key)
            boxes.append(found.bboxes[found.scores >= _BLUR_SCORE])
    return np.concatenate([each.cpu().numpy() for each in boxes])
