"""From frames to what the model takes, and from there to results."""

import warnings
from collections.abc import Generator, Iterator, Sequence
from itertools import starmap
from typing import Any, NamedTuple

from mmcv.transforms import Compose
from mmdet.structures import DetDataSample, TrackDataSample
from mmengine.config import Config

from fairmot_mm.config.build import explain_build_errors
from fairmot_mm.registry import TRANSFORMS
from fairmot_mm.utils import ConfigError, StageClock, stage
from fairmot_mm.video.frame_source import Frame, FrameSource
from fairmot_mm.video.newest_frames import NewestFrames, NumberedFrame
from fairmot_mm.video.prefetch import ReadAhead


class Prepared(NamedTuple):
    """A frame and what the test pipeline made of it: ``inputs``, ``data_samples``."""

    frame: Frame
    packed: dict


class Preparation:
    """Passes the frames of a source through the test pipeline of a config.

    Args:
        cfg: With ``test_pipeline``, whose loading step is left out: frames come as
            arrays.

    Raises:
        ConfigError: There is no ``test_pipeline``, or it cannot be built.
    """

    def __init__(self, cfg: Config) -> None:
        steps = cfg.get('test_pipeline')
        if not steps:
            raise ConfigError('the config has no test_pipeline; tracking needs one')
        with explain_build_errors():
            self.pipeline = Compose(
                [TRANSFORMS.build(step) for step in steps if not _loads(step)]
            )

    def __call__(
        self, source: FrameSource, clock: StageClock | None = None
    ) -> Generator[Prepared, None, None]:
        """Every frame of the source, numbered from 0.

        Args:
            source: What to walk through.
            clock: Times the stages ``decode`` and ``letterbox``.
        """
        frames = enumerate(_timed(source.frames, clock))
        return self._prepare(source, starmap(NumberedFrame, frames), clock)

    def ahead(
        self, source: FrameSource, depth: int, clock: StageClock | None = None
    ) -> ReadAhead[Prepared]:
        """The same in a thread, and of a live source the newest frames only.

        Args:
            source: What to walk through.
            depth: Most frames that wait; one of a live source.
            clock: See `__call__`.
        """
        if not source.live:
            return ReadAhead(self(source, clock), depth)
        newest = NewestFrames(_timed(source.frames, clock))
        return ReadAhead(self._prepare(source, newest, clock), 1, newest.close)

    def _prepare(
        self,
        source: FrameSource,
        frames: Iterator[NumberedFrame],
        clock: StageClock | None,
    ) -> Generator[Prepared, None, None]:
        count = dropped = 0
        try:
            for item in frames:
                with stage('letterbox', clock):
                    prepared = self._pack(source, *item)
                count, dropped = count + 1, dropped + item.skipped
                yield prepared
        finally:
            if dropped:
                warnings.warn(
                    f'{source.name}: {dropped} of {count + dropped} frames were left '
                    'out: tracking is slower than the source',
                    stacklevel=2,
                )

    def _pack(
        self, source: FrameSource, frame_id: int, frame: Frame, skipped: int
    ) -> Prepared:
        shape = frame.image.shape[:2]
        results = dict(
            img=frame.image,
            img_shape=shape,
            ori_shape=shape,
            img_path=frame.path,
            img_id=frame_id,
            frame_id=frame_id,
            skipped=skipped,
            # A whole number, as the published tracker reads from a video.
            frame_rate=max(1, round(source.frame_rate)),
            video_name=source.name,
            video_length=-1 if source.length is None else source.length,
            gt_file=None,
        )
        return Prepared(frame, self.pipeline(results))


def collate(batch: Sequence[Prepared]) -> dict[str, Any]:
    """Frames in the form in which a model takes them, each as a clip of one."""
    return {
        key: [item.packed[key] for item in batch] for key in ('inputs', 'data_samples')
    }


def results_of(clips: Sequence[TrackDataSample]) -> list[DetDataSample]:
    """The frames of the clips, on the CPU."""
    return [frame.cpu() for clip in clips for frame in clip.video_data_samples]


def _timed(frames: Iterator[Frame], clock: StageClock | None) -> Iterator[Frame]:
    while True:
        try:
            with stage('decode', clock):
                frame = next(frames)
        except StopIteration:
            return
        yield frame


def _loads(step: dict) -> bool:
    """Whether a transform reads the image (ours or mmcv's), by name or class."""
    name = getattr(step['type'], '__name__', step['type'])
    return name.rsplit('.')[-1].startswith('LoadImage')
