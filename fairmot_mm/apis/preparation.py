"""Preparing frames for a model, and taking its results out of batches."""

import warnings
from collections.abc import Generator, Iterator, Sequence
from typing import Any, NamedTuple, TypeVar

from mmcv.transforms import Compose
from mmdet.structures import DetDataSample, TrackDataSample
from mmengine.config import Config

from fairmot_mm.config.build import explain_build_errors
from fairmot_mm.registry import TRANSFORMS
from fairmot_mm.utils import ConfigError, UserInputError, step
from fairmot_mm.utils.frame_rates import frame_rates
from fairmot_mm.video.call_queue import ReadAhead
from fairmot_mm.video.frame import Frame
from fairmot_mm.video.frame_source import FrameSource
from fairmot_mm.video.newest_frames import NewestFrames, NumberedFrame

T = TypeVar('T')


class PreparedFrame(NamedTuple):
    """A frame and the result of its test pipeline.

    Attributes:
        frame: The frame as it comes from the source.
        packed: ``inputs``, a clip (1, 3, h, w) uint8 BGR of the size that the network
            takes, and ``data_samples``, a `TrackDataSample` of one frame.
    """

    frame: Frame
    packed: dict


class Preparation:
    """Prepares the frames of a source with the test pipeline of a config.

    Args:
        cfg: Config with a ``test_pipeline``. Its loading transform is left out, because
            frames come from the source. If it is `LoadFrame`, the next transform gets
            ``frame``, a `Frame` whose pixels it makes itself; otherwise it gets
            ``img``, all pixels.

    Attributes:
        scale: (width, height) of the box that frames are fitted into, if the transforms
            take ``frame``: for `open_source`. None: all pixels are needed.

    Raises:
        ConfigError: There is no ``test_pipeline``, or it cannot be built.
    """

    def __init__(self, cfg: Config) -> None:
        transforms = cfg.get('test_pipeline')
        if not transforms:
            raise ConfigError(
                'the config has no test_pipeline; tracking needs one to prepare frames'
            )
        self._makes_pixels = any(_name(each) == 'LoadFrame' for each in transforms)
        scales = [step['scale'] for step in transforms if 'scale' in step]
        self.scale = scales[0] if self._makes_pixels and scales else None
        with explain_build_errors():
            self.pipeline = Compose(
                [TRANSFORMS.build(each) for each in transforms if not _loads(each)]
            )

    def __call__(self, source: FrameSource) -> Generator[PreparedFrame, None, None]:
        """Prepare every frame of a source in the thread of the caller.

        Args:
            source: The source to read to its end.

        Returns:
            An iterator over the frames in order, numbered from 0.
        """
        return self._prepare(source, _number(_decode(source.frames)))

    def ahead(self, source: FrameSource, depth: int) -> ReadAhead[PreparedFrame]:
        """Prepare frames in a thread; of a live source only the newest ones.

        Args:
            source: The source to read to its end.
            depth: Number of prepared frames that may wait; of a live source one waits
                at most. With 0 there is no thread, and no frame is left out.

        Returns:
            An iterator over the frames in order, to be closed after use.
        """
        if depth == 0 or not source.live:
            return ReadAhead(self(source), depth)
        newest = NewestFrames(_decode(source.frames))
        return ReadAhead(self._prepare(source, newest), 1, newest.close)

    def _prepare(
        self, source: FrameSource, frames: Iterator[NumberedFrame]
    ) -> Generator[PreparedFrame, None, None]:
        count = dropped = 0
        try:
            for item in frames:
                with step('letterbox'):
                    prepared = self._pack(source, *item)
                count += 1
                # What a live source skips was left out; a file could not be read there.
                dropped += item.skipped - (0 if source.live else item.frame.skipped)
                yield prepared
        finally:
            if dropped:
                warnings.warn(
                    f'{source.name}: {dropped} of {count + dropped} frames were left '
                    'out, because tracking is slower than the source',
                    stacklevel=2,
                )

    def _pack(
        self, source: FrameSource, place: int, frame: Frame, skipped: int
    ) -> PreparedFrame:
        frame_id = source.first_frame_id + place
        pixels = dict(frame=frame) if self._makes_pixels else dict(img=frame.image)
        results = dict(
            **pixels,
            img_shape=frame.shape,
            ori_shape=frame.shape,
            img_path=frame.path,
            img_id=frame_id,
            frame_id=frame_id,
            frame_number=frame_id + 1 if frame.number is None else frame.number,
            skipped=skipped,
            timestamp=_timestamp(frame, place, source),
            **frame_rates(source.frame_rate),
            video_name=source.name,
            video_length=-1 if source.length is None else source.length,
            gt_file=None,
        )
        return PreparedFrame(frame, self.pipeline(results))


def batched(items: Iterator[T], size: int) -> Iterator[list[T]]:
    """Group items into lists; the last list may be shorter.

    Args:
        items: What to group.
        size: Length of a list.

    Yields:
        The lists. If ``items`` fails, the items before the failure come first.

    Raises:
        UserInputError: What ``items`` raised.
    """
    batch: list[T] = []
    try:
        for item in items:
            batch.append(item)
            if len(batch) == size:
                yield batch
                batch = []
    except UserInputError:
        if batch:
            yield batch
        raise
    if batch:
        yield batch


def collate(batch: Sequence[PreparedFrame]) -> dict[str, Any]:
    """Collect N prepared frames in the form in which `FairMOT.detect` takes them.

    Args:
        batch: The frames, of one source or of several.

    Returns:
        ``inputs`` and ``data_samples``, each a list of N clips of one frame.
    """
    return {
        key: [item.packed[key] for item in batch] for key in ('inputs', 'data_samples')
    }


def frames_on_cpu(clips: Sequence[TrackDataSample]) -> list[DetDataSample]:
    """Take the frames out of clips and move them to the CPU.

    Args:
        clips: Clips in order, each with one frame or more.

    Returns:
        All frames in order.
    """
    return [frame.cpu() for clip in clips for frame in clip.video_data_samples]


def _decode(frames: Iterator[Frame]) -> Iterator[Frame]:
    """Draw each frame in a ``decode`` step."""
    while True:
        try:
            with step('decode'):
                frame = next(frames)
        except StopIteration:
            return
        yield frame


def _number(frames: Iterator[Frame]) -> Iterator[NumberedFrame]:
    """Number frames from 0; one that could not be read keeps its number."""
    frame_id = 0
    for frame in frames:
        frame_id += frame.skipped
        yield NumberedFrame(frame_id, frame, frame.skipped)
        frame_id += 1


def _timestamp(frame: Frame, place: int, source: FrameSource) -> float | None:
    """Seconds from the start, where the number does not say them."""
    if frame.time is None:
        return None
    if not source.live and round(frame.time * source.frame_rate) == place:
        return None
    return float(source.start_time + frame.time)


def result_of(
    frame: Frame, sample: DetDataSample, source: FrameSource
) -> DetDataSample:
    """Complete the result of a frame by the frame itself and its time.

    Args:
        frame: The frame.
        sample: Its result.
        source: The source that it comes from.

    Returns:
        The result, with the frame as ``frame`` and the metainfo ``time``, the seconds
        from the start of the source.
    """
    sample.frame = frame
    sample.set_metainfo({'time': result_time(frame, sample, source)})
    return sample


def result_time(frame: Frame, sample: DetDataSample, source: FrameSource) -> float:
    """Say when a frame was taken.

    Args:
        frame: The frame.
        sample: Its result.
        source: The source that it comes from.

    Returns:
        Seconds from the start of the source.
    """
    if frame.time is None:
        return float(sample.frame_id / source.frame_rate)
    return float(source.start_time + frame.time)


def _loads(transform: dict) -> bool:
    """Whether a transform reads the image (ours or mmcv's)."""
    return _name(transform).startswith(('LoadImage', 'LoadFrame'))


def _name(transform: dict) -> str:
    """Name of the class of a transform, which its config names or has."""
    name = getattr(transform['type'], '__name__', transform['type'])
    return name.rsplit('.')[-1]
