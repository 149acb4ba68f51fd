"""Tracking people in one source of frames."""

import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from copy import deepcopy
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from mmdet.structures import DetDataSample
from mmengine.config import Config

from fairmot_mm.apis.base_inferencer import BaseInferencer
from fairmot_mm.apis.eval_mode import eval_mode
from fairmot_mm.apis.preparation import (
    PreparedFrame,
    batched,
    collate,
    frames_on_cpu,
    result_of,
    result_time,
)
from fairmot_mm.apis.run import Run
from fairmot_mm.apis.tracking_state import TrackingState
from fairmot_mm.models import FairMOT
from fairmot_mm.utils import DataError
from fairmot_mm.utils.points import Points
from fairmot_mm.utils.tracker import Tracker
from fairmot_mm.video.call_queue import CallQueue
from fairmot_mm.video.frame import Frame
from fairmot_mm.video.frame_source import FrameSource, Source, open_source
from fairmot_mm.video.live_options import LiveOptions
from fairmot_mm.video.output_options import OutputOptions
from fairmot_mm.video.result_writer import ResultWriter
from fairmot_mm.video.video_encoding import VideoEncoding
from fairmot_mm.visualization import TrackVisualizer

_Detected: TypeAlias = tuple[list[Frame], dict[str, Any]]


class TrackInferencer(BaseInferencer):
    """Tracks people through a video, a folder of images, a stream, a camera or arrays.

    Args:
        model: A model of `init_model`, or what `init_model` builds one from: a config,
            the path of one, or a name of the model zoo; by default the zoo's default.
        checkpoint: Weights of a model that is built here.
        device: Where a model that is built here runs, as in ``cuda:0``.
        cfg_options: Config keys to override for a model that is built here.
        batch_size: Number of consecutive frames that pass through the network together.
            With None it is 1, but with ``threads`` the runtime of the network chooses
            it, see `InferenceDetector.best_batch_size`. More than 1 is faster on a GPU.
            Frames of a live source pass one by one in any case.
        visualizer: Draws the mp4; by default a plain `TrackVisualizer`.
        detect_every: The network runs on every n-th frame; in the frames between,
            tracks move on by their motion. It is set on the model; by default the
            model keeps its own setting.
        threads: Whether frames are read, tracks associated and results written in
            threads, in parallel with the network. Results are the same without threads,
            but a run takes longer.
        classes: Names or numbers (from 0) of the classes to track; by default all. See
            `DetectionFilter`.
        roi: Polygon, three or more points (x, y) in whole pixels of the frame; what is
            outside is not tracked. By default everything is.

    Raises:
        ConfigError: A value does not fit, or the config has no ``test_pipeline`` or no
            tracker.

    Example:
        >>> inferencer = TrackInferencer(config, checkpoint, device='cuda:0')
        >>> for sample in inferencer('street.mp4', out_dir='results'):
        ...     print(sample.frame_id, sample.pred_track_instances.instances_id)

    `StepClock` measures how long each step of a run takes.
    """

    def __init__(
        self,
        model: FairMOT | Config | str | Path | None = None,
        checkpoint: str | Path | None = None,
        device: str | None = None,
        cfg_options: dict | None = None,
        batch_size: int | None = None,
        visualizer: TrackVisualizer | None = None,
        detect_every: int | None = None,
        threads: bool = True,
        classes: Sequence[str | int] | None = None,
        roi: Points | None = None,
    ) -> None:
        super().__init__(
            model,
            checkpoint,
            device,
            cfg_options,
            batch_size,
            visualizer,
            detect_every,
            classes,
            roi,
        )
        self.threads = threads

    def __call__(
        self,
        source: Source,
        out_dir: str | Path | None = None,
        frame_rate: float | None = None,
        save_video: bool = True,
        existing: str = 'refuse',
        on_error: str = 'stop',
        encoding: VideoEncoding | None = None,
        outputs: OutputOptions | None = None,
        live: LiveOptions | None = None,
        segment: float | None = None,
        state: TrackingState | None = None,
        keep_frames: bool | None = None,
    ) -> Run[DetDataSample]:
        """Track through a source: one result for each frame, in order.

        However the run ends (last frame, damaged frame, interrupt, closed iterator),
        the files get their names at its end, are complete, and hold every frame whose
        result was returned; after an interrupt they may hold one more, the same one in
        both. To stop early, close the iterator. Memory does not grow with the length of
        the source. Each run has a tracker and a visualizer of its own (copies), so
        that several runs may be under way at the same time. The model is in eval mode
        while it works, and back in its own mode in between.

        A live source (see `FrameSource`) does not wait for tracking: frames that come
        faster than they are tracked are left out, ``frame_id`` and the rows of the text
        skip them, the frame before stays longer in the mp4, and a warning at the end
        counts them.

        Args:
            source: What to track in, see `open_source`.
            out_dir: Folder for ``NAME.txt`` (MOTChallenge results) and ``NAME.mp4``
                (drawn), where NAME is the name of the source. By default nothing is
                written.
            frame_rate: Frames a second, instead of what the source says. It sets how
                long a lost track is kept, and the speed of the mp4.
            save_video: Whether to write the mp4.
            existing: What to do with files of an earlier run, see `ResultWriter`.
            on_error: ``skip`` leaves out frames that cannot be read, see `open_source`.
                Their numbers are not used again.
            encoding: How the mp4 is compressed; None is the default of `VideoEncoding`.
            outputs: Other forms of the tracks, counts at lines and zones, crops, and
                blurred people. By default only the text and the mp4 are written.
            live: How long to wait for a live source, and whether it is opened again.
            segment: Seconds after which the next files begin, see `SegmentedFiles`;
                None writes one text and one mp4.
            state: Where another run of this source has stopped, see `Run.state`; tracks
                and numbers of frames go on from there. None: the run begins with none.
            keep_frames: Whether each result keeps its ``frame``. Without, it loses the
                frame when the next result is asked for, so that a list of all results
                of a file holds no frames. None keeps those of live sources, which
                cannot be read again, and not those of others.

        Returns:
            An iterator that can be closed and says what it wrote, see `Run`, of samples
            on the CPU: ``pred_track_instances`` with ``bboxes`` (M, 4) xyxy in pixels
            of the frame, and ``scores``, ``labels`` and ``instances_id``, each (M,);
            ``frame``, the `Frame` itself, whose ``image`` is (H, W, 3) uint8 BGR;
            metainfo with ``frame_id`` from 0, ``frame_number``, the number in the
            text, and ``time``, the seconds from the start of the source.

        Raises:
            ConfigError: An argument cannot be used.
            VideoError: The source is missing or cannot be read; while iterating, the
                source is damaged or stops before its end.
            DataError: A folder has no images; while iterating, an image cannot be read.
            OutputError: ``out_dir`` cannot be written, or a file in it exists or is
                the source; while iterating, a file cannot be written.
        """
        opened = open_source(source, frame_rate, on_error, self.prepare.scale, live)
        tracker = deepcopy(self.model.tracker)
        assert tracker is not None  # checked by `BaseInferencer`
        if state is not None:
            opened = state.restore(tracker, self.model, opened)
        progress = _Progress(tracker, self.model, opened)
        writer = ResultWriter(
            opened,
            out_dir,
            deepcopy(self.visualizer),
            save_video,
            self._depth,
            existing,
            encoding=encoding,
            outputs=outputs,
            segment=segment,
        )
        keeps = opened.live if keep_frames is None else keep_frames
        return Run(self._track(progress, writer, keeps), [writer], progress.state)

    @property
    def _frames_together(self) -> int:
        """Number of frames of a file that pass through the network together."""
        if self.batch_size is None and self.threads:
            return self.model.best_batch_size
        return self.batch_size or 1

    @property
    def _depth(self) -> int:
        """Number of frames read ahead, and of frames that may wait to be written."""
        return 2 * self._frames_together if self.threads else 0

    def _track(
        self, progress: '_Progress', writer: ResultWriter, keep_frames: bool
    ) -> Generator[DetDataSample, None, None]:
        """Queue every result for writing, then return it; see `__call__`."""
        with closing(writer), closing(self._results(progress)) as results:
            for frame, sample, rate in results:
                writer.write(frame, sample, rate)
                result = result_of(frame, sample, progress.source)
                yield result
                if not keep_frames:
                    result.pop('frame', None)

    def _results(
        self, progress: '_Progress'
    ) -> Generator[tuple[Frame, DetDataSample, float], None, None]:
        """Every frame, its result, and the mean frames a second up to it."""
        source = progress.source
        start = time.perf_counter()
        size = 1 if source.live else self._frames_together
        # A result of a live source must not wait for the next frame.
        calls: CallQueue[list[tuple[Frame, DetDataSample]]] = CallQueue(
            1 if self.threads and not source.live else 0, 'tracks'
        )
        associate = partial(self._associate, progress)
        count = 0
        with closing(self.prepare.ahead(source, self._depth)) as frames:
            detected = self._detect(batched(frames, size))
            with closing(calls.map(associate, detected)) as batches:
                for batch in batches:
                    count += len(batch)
                    rate = count / (time.perf_counter() - start)
                    for frame, sample in batch:
                        yield frame, sample, rate

    def _detect(self, batches: Iterator[list[PreparedFrame]]) -> Iterator[_Detected]:
        for batch in batches:
            with eval_mode(self.model):
                detected = self.model.detect(collate(batch))
            yield [item.frame for item in batch], detected

    def _associate(
        self, progress: '_Progress', detected: _Detected
    ) -> list[tuple[Frame, DetDataSample]]:
        frames, data = detected
        self.leave_out(data['data_samples'])
        trackers = [progress.tracker] * len(frames)
        samples = frames_on_cpu(self.model.associate(**data, trackers=trackers))
        results = list(zip(frames, samples, strict=True))
        progress.last = results[-1]
        return results


@dataclass
class _Progress:
    """How far the tracker of a run has come.

    Attributes:
        tracker: The tracker.
        model: The model that finds the detections.
        source: What is tracked.
        last: The last frame that the tracker has seen, and its result.
    """

    tracker: Tracker
    model: FairMOT
    source: FrameSource
    last: tuple[Frame, DetDataSample] | None = None

    def state(self) -> TrackingState:
        """See `Run.state`."""
        if self.last is None:
            raise DataError(
                f'{self.source.name}: there is no state before the first frame'
            )
        frame, sample = self.last
        return TrackingState.take(
            self.tracker,
            self.model,
            sample.frame_id,
            result_time(frame, sample, self.source),
            float(self.source.frame_rate),
        )
