"""Tracking people in anything that holds frames."""

import time
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, TypeAlias

from mmdet.structures import DetDataSample
from mmengine.config import Config

from fairmot_mm.apis.base_inferencer import BaseInferencer
from fairmot_mm.apis.preparation import Prepared, collate, results_of
from fairmot_mm.models import FairMOT
from fairmot_mm.utils import ConfigError, StageClock
from fairmot_mm.video.frame_source import Frame, FrameSource, Source, open_source
from fairmot_mm.video.overlap import overlap
from fairmot_mm.video.prefetch import batched
from fairmot_mm.video.result_writer import ResultWriter
from fairmot_mm.visualization import TrackVisualizer

_Detected: TypeAlias = tuple[list[Frame], dict[str, Any]]


class TrackInferencer(BaseInferencer):
    """Tracks people through a video, a folder of images, a stream, a camera or arrays.

    Args:
        model: A model of `init_model`, or what `init_model` makes one from: a config,
            the path of one, or a name of the model zoo; by default the zoo's default.
        checkpoint: Weights for a model that is still to be made.
        device: Where a model that is still to be made runs, as in ``cuda:0``.
        cfg_options: Config keys to override for a model that is still to be made.
        batch_size: Consecutive frames that pass through the network together; more than
            1 pays on a GPU. Frames of a live source pass one by one in any case.
        visualizer: Draws the mp4; a plain `TrackVisualizer` unless given.
        detect_every: Frames from one that passes the network to the next; tracks go on
            by their motion in those between. Set on the model, whose own setting holds
            without it.
        threads: Whether frames are read, tracks associated and results written in
            threads beside the network. Results are the same without; it takes longer.
        clock: Measures the stages of every run.

    Raises:
        ConfigError: A value does not fit, or the config has no ``test_pipeline`` or no
            tracker.

    Example:
        >>> inferencer = TrackInferencer(config, checkpoint, device='cuda:0')
        >>> for sample in inferencer('street.mp4', out_dir='results'):
        ...     print(sample.frame_id, sample.pred_track_instances.instances_id)
    """

    def __init__(
        self,
        model: FairMOT | Config | str | Path | None = None,
        checkpoint: str | Path | None = None,
        device: str | None = None,
        cfg_options: dict | None = None,
        batch_size: int = 1,
        visualizer: TrackVisualizer | None = None,
        detect_every: int | None = None,
        threads: bool = True,
        clock: StageClock | None = None,
    ) -> None:
        if batch_size < 1:
            raise ConfigError(f'batch_size = {batch_size} must be at least 1')
        super().__init__(
            model, checkpoint, device, cfg_options, visualizer, detect_every
        )
        self.batch_size = batch_size
        self.threads = threads
        self.clock = clock

    def __call__(
        self,
        source: Source,
        out_dir: str | Path | None = None,
        frame_rate: float | None = None,
        save_video: bool = True,
    ) -> Generator[DetDataSample, None, None]:
        """Track through ``source``, one result a frame, in order.

        However the run ends (last frame, damaged frame, interrupt, iterator closed),
        the files then get their names, are complete, and hold every frame that was
        handed out; after an interrupt perhaps one more, the same one in both. To stop
        early, close the iterator. Memory does not grow with the length of the source.
        One run at a time: the model keeps the state of one video. A live source (see
        `FrameSource`) is not held up: frames that come faster than they are tracked are
        left out, ``frame_id`` and the rows of the text skip them, the frame before
        stays longer in the mp4, and a warning counts them in the end.

        Args:
            source: See `open_source`.
            out_dir: Folder for ``NAME.txt`` (MOTChallenge results) and ``NAME.mp4``
                (drawn), NAME being that of the source. Nothing is written without it.
            frame_rate: Frames a second, in place of what the source says. It sets how
                long a lost track is kept, and the speed of the mp4.
            save_video: Whether to write the mp4.

        Returns:
            An iterator of samples on the CPU: ``pred_track_instances`` with ``bboxes``
            (M, 4) xyxy in pixels of the frame, ``scores``, ``labels`` and
            ``instances_id`` (M,); metainfo with ``frame_id`` from 0.

        Raises:
            VideoError: The source is missing or not readable; while iterating, it ends
                in damage.
            DataError: A folder has no images; while iterating, an image is unreadable.
            OutputError: ``out_dir`` cannot be written, or the mp4 would replace the
                source.
        """
        opened = open_source(source, frame_rate)
        writer = ResultWriter(
            opened, out_dir, self.visualizer, save_video, self._depth, self.clock
        )
        return self._track(opened, writer)

    @property
    def _depth(self) -> int:
        """Frames that are read ahead, and that may wait to be written."""
        return 2 * self.batch_size if self.threads else 0

    def _track(
        self, source: FrameSource, writer: ResultWriter
    ) -> Generator[DetDataSample, None, None]:
        """Queue every result for writing, then hand it out; see `__call__`."""
        with closing(writer), closing(self._results(source)) as results:
            for frame, sample, rate in results:
                writer.write(frame.image, sample, rate)
                yield sample

    def _results(
        self, source: FrameSource
    ) -> Generator[tuple[Frame, DetDataSample, float], None, None]:
        """Every frame, its result, and the frames a second up to it."""
        start = time.perf_counter()
        size = 1 if source.live else self.batch_size
        count = 0
        with closing(self._prepared(source)) as frames:
            detected = self._detect(batched(frames, size))
            # No result of a live source waits for the next frame.
            behind = self.threads and not source.live
            with closing(overlap(detected, self._associate, behind)) as tracked:
                for pairs in tracked:
                    count += len(pairs)
                    rate = count / (time.perf_counter() - start)
                    for frame, sample in pairs:
                        yield frame, sample, rate

    def _prepared(self, source: FrameSource) -> Any:
        """Its frames as the model takes them; an iterator to be closed."""
        if self.threads:
            return self.prepare.ahead(source, self._depth, self.clock)
        return self.prepare(source, self.clock)

    def _detect(self, batches: Iterator[list[Prepared]]) -> Iterator[_Detected]:
        for batch in batches:
            detected = self.model.detect(collate(batch), self.clock)
            yield [item.frame for item in batch], detected

    def _associate(self, detected: _Detected) -> list[tuple[Frame, DetDataSample]]:
        frames, data = detected
        samples = results_of(self.model.associate(**data, clock=self.clock))
        return list(zip(frames, samples, strict=True))
