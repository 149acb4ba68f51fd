"""Tracking people in many sources at once with one model."""

import time
import warnings
from collections import deque
from collections.abc import Generator, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, wait
from contextlib import ExitStack
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypeAlias

from mmdet.structures import DetDataSample
from mmengine.config import Config

from fairmot_mm.apis.base_inferencer import BaseInferencer
from fairmot_mm.apis.eval_mode import eval_mode
from fairmot_mm.apis.preparation import (
    PreparedFrame,
    collate,
    frames_on_cpu,
    result_of,
)
from fairmot_mm.apis.run import Run
from fairmot_mm.models import FairMOT
from fairmot_mm.utils import VideoError
from fairmot_mm.utils.contracts import require_whole
from fairmot_mm.utils.points import Points
from fairmot_mm.utils.tracker import Tracker
from fairmot_mm.video.call_queue import ReadAhead
from fairmot_mm.video.frame_source import FrameSource, Source, open_sources
from fairmot_mm.video.live_options import LiveOptions
from fairmot_mm.video.output_options import OutputOptions
from fairmot_mm.video.result_writer import ResultWriter
from fairmot_mm.video.video_encoding import VideoEncoding
from fairmot_mm.visualization import TrackVisualizer

# Number of frames of a stream that are read ahead, and that may wait to be written.
_DEPTH = 2
# More streams at the same time need more memory, and gain no speed.
_MAX_STREAMS = 8


class StreamResult(NamedTuple):
    """The result of one frame of one of the streams.

    Attributes:
        name: Name of the stream.
        sample: The result, see `TrackInferencer`.
    """

    name: str
    sample: DetDataSample


@dataclass
class _Stream:
    """What belongs to one stream and is not shared with the others."""

    source: FrameSource
    frames: ReadAhead[PreparedFrame]
    tracker: Tracker
    writer: ResultWriter
    count: int = 0

    @property
    def name(self) -> str:
        """Name of the source."""
        return self.source.name

    def close(self) -> None:
        """Stop reading and finish the files."""
        try:
            self.frames.close()
        finally:
            self.writer.close()


_Batch: TypeAlias = list[tuple[_Stream, PreparedFrame]]


class MultiStreamInferencer(BaseInferencer):
    """Tracks people through many sources at the same time with one network.

    Frames of different streams pass through the network as one batch. Every stream has
    its own tracker and its own identities, counted from 1. Results are those of a
    `TrackInferencer` on each source. A batch holds a frame of every stream that has one
    ready, so that no stream waits for a slow camera.

    Of very many files some are tracked at a time and the others wait, so that memory
    does not grow with their number. Cameras, streams and arrays start at once.

    Args:
        model: A model of `init_model`, or what `init_model` builds one from: a config,
            the path of one, or a name of the model zoo; by default the zoo's default.
            Each stream gets a copy of its tracker.
        checkpoint: Weights of a model that is built here.
        device: Where a model that is built here runs, as in ``cuda:0``.
        cfg_options: Config keys to override for a model that is built here.
        batch_size: Largest number of frames that pass through the network together; by
            default one of every stream.
        visualizer: Draws the mp4s; each stream gets a copy. By default a plain
            `TrackVisualizer`.
        detect_every: See `TrackInferencer`.
        max_streams: Number of sources from which on further files wait. By default 8,
            or `batch_size` where that is more.
        classes: See `TrackInferencer`.
        roi: See `TrackInferencer`.

    Raises:
        ConfigError: A value does not fit, or the config has no ``test_pipeline`` or no
            tracker.

    Example:
        >>> inferencer = MultiStreamInferencer(config, checkpoint, device='cuda:0')
        >>> sources = {'door': 'rtsp://10.0.0.5/main', 'yard': 'yard.mp4'}
        >>> for name, sample in inferencer(sources, out_dir='results'):
        ...     print(name, sample.frame_id, sample.pred_track_instances.instances_id)
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
        max_streams: int | None = None,
        classes: Sequence[str | int] | None = None,
        roi: Points | None = None,
    ) -> None:
        if max_streams is not None:
            require_whole(low=1, max_streams=max_streams)
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
        self.max_streams = max_streams or max(_MAX_STREAMS, batch_size or 0)

    def __call__(
        self,
        sources: Mapping[str, Source] | Sequence[Source],
        out_dir: str | Path | None = None,
        frame_rate: float | None = None,
        save_video: bool = True,
        existing: str = 'refuse',
        on_error: str = 'stop',
        encoding: VideoEncoding | None = None,
        outputs: OutputOptions | None = None,
        live: LiveOptions | None = None,
        segment: float | None = None,
        keep_frames: bool | None = None,
    ) -> Run[StreamResult]:
        """Track through all sources; results come in the order in which frames arrive.

        When a stream ends, its files are finished and the others continue. The same
        holds for a stream that fails: there is a warning at once, and an error after
        the last frame of the others. However the run ends, the files are complete, as
        those of `TrackInferencer` are. To stop early, close the iterator.

        Args:
            sources: Sources by the names of their streams, or a list of sources; see
                `open_sources`.
            out_dir: Folder for ``NAME.txt`` and ``NAME.mp4`` of each stream.
            frame_rate: Frames a second, instead of what each source says.
            save_video: Whether to write the mp4s.
            existing: What to do with files of an earlier run, see `ResultWriter`.
            on_error: ``skip`` leaves out frames that cannot be read, see `open_source`.
            encoding: How the mp4s are compressed, see `TrackInferencer`.
            outputs: What else is written, see `TrackInferencer`; a stream in it is
                shared by all sources.
            live: How long to wait for a live source, and whether it is opened again.
            segment: Seconds after which the next files begin, see `TrackInferencer`.
            keep_frames: Whether each result keeps its frame, see `TrackInferencer`.

        Returns:
            An iterator that can be closed and says what it wrote, see `Run`, of stream
            names and their samples on the CPU, see `TrackInferencer`.

        Raises:
            ConfigError: There is no source, or a name cannot be that of a file.
            VideoError: A source is missing or cannot be read; while iterating, after
                the last frame of the other streams, some streams have failed.
            DataError: A folder has no images.
            OutputError: ``out_dir`` cannot be written, or a file in it exists or is one
                of the sources.
        """
        opened = open_sources(sources, frame_rate, on_error, self.prepare.scale, live)
        files = {file for source in opened for file in source.files}
        writers: list[ResultWriter] = []
        try:
            for source in opened:
                look = deepcopy(self.visualizer)
                writers.append(
                    ResultWriter(
                        source,
                        out_dir,
                        look,
                        save_video,
                        _DEPTH,
                        existing,
                        files,
                        encoding,
                        outputs,
                        segment,
                    )
                )
        except BaseException:
            for writer in writers:
                writer.close()
            raise
        pairs = [*zip(opened, writers, strict=True)]
        return Run(self._track(pairs, keep_frames), writers)

    def _track(
        self, sources: list[tuple[FrameSource, ResultWriter]], keep_frames: bool | None
    ) -> Generator[StreamResult, None, None]:
        """Batch after batch until every stream has ended; see `__call__`."""
        failures: dict[str, Exception] = {}
        seconds = 0.0
        streams: list[_Stream] = []
        waiting = deque(sorted(sources, key=lambda pair: bool(pair[0].files)))
        with ExitStack() as stack:
            for _, writer in sources:
                stack.callback(writer.close)
            stack.callback(_close_all, streams)
            while self._start(waiting, streams):
                for batch in self._batches(_take_ready(streams, failures)):
                    start = time.perf_counter()
                    samples = self._predict(batch)
                    seconds += time.perf_counter() - start
                    for (stream, item), sample in zip(batch, samples, strict=True):
                        stream.count += 1
                        rate = stream.count / seconds
                        stream.writer.write(item.frame, sample, rate)
                        result_of(item.frame, sample, stream.source)
                        yield StreamResult(stream.name, sample)
                        keeps = (
                            stream.source.live if keep_frames is None else keep_frames
                        )
                        if not keeps:
                            sample.pop('frame', None)
        _raise_failures(failures, len(sources))

    def _start(
        self, waiting: deque[tuple[FrameSource, ResultWriter]], streams: list[_Stream]
    ) -> bool:
        """Start the sources that need not wait; whether there is any stream."""
        while waiting and (not waiting[0][0].files or len(streams) < self.max_streams):
            source, writer = waiting.popleft()
            tracker = deepcopy(self.model.tracker)
            assert tracker is not None  # checked by `BaseInferencer`
            ahead = self.prepare.ahead(source, _DEPTH)
            streams.append(_Stream(source, ahead, tracker, writer))
        return bool(streams)

    def _batches(self, ready: _Batch) -> Iterator[_Batch]:
        """Frames that pass through the network together: of one shape, not too many.

        Padding frames to a common shape would change what the network sees.
        """
        by_shape: dict[tuple[int, ...], _Batch] = {}
        for stream, item in ready:
            shape = tuple(item.packed['inputs'].shape)
            by_shape.setdefault(shape, []).append((stream, item))
        size = self.batch_size or len(ready)
        for group in by_shape.values():
            for start in range(0, len(group), size):
                yield group[start : start + size]

    def _predict(self, batch: _Batch) -> list[DetDataSample]:
        with eval_mode(self.model):
            detected = self.model.detect(collate([item for _, item in batch]))
        self.leave_out(detected['data_samples'])
        trackers = [stream.tracker for stream, _ in batch]
        return frames_on_cpu(self.model.associate(**detected, trackers=trackers))


def _close_all(streams: list[_Stream]) -> None:
    """Close the streams, even if one of them cannot be closed."""
    with ExitStack() as stack:
        for stream in streams:
            stack.callback(stream.close)


def _take_ready(streams: list[_Stream], failures: dict[str, Exception]) -> _Batch:
    """The next frame of every stream that has one, as soon as one of them has.

    Streams that end or fail are closed and leave the list.
    """
    wait([stream.frames.head for stream in streams], return_when=FIRST_COMPLETED)
    ready = []
    for stream in [each for each in streams if each.frames.head.done()]:
        try:
            ready.append((stream, next(stream.frames)))
            continue
        except StopIteration:
            pass
        except Exception as error:  # of any kind: the other streams continue
            failures[stream.name] = error
            warnings.warn(f'stream {stream.name} failed: {error}', stacklevel=2)
        streams.remove(stream)
        stream.close()
    return ready


def _raise_failures(failures: dict[str, Exception], num_streams: int) -> None:
    """Raise one error that names all streams that failed."""
    if not failures:
        return
    reasons = '; '.join(f'{name}: {error}' for name, error in failures.items())
    raise VideoError(
        f'{len(failures)} of {num_streams} streams failed; their frames before that '
        f'are kept: {reasons}'
    ) from next(iter(failures.values()))
