"""Tracking people in anything that holds frames."""

import time
from collections.abc import Generator, Iterator
from contextlib import ExitStack, closing
from copy import deepcopy
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from mmcv.transforms import Compose
from mmdet.structures import DetDataSample
from mmengine.config import Config
from mmengine.model import BaseModel
from mmengine.structures import InstanceData

from fairmot_mm.apis.config import explain_build_errors
from fairmot_mm.apis.frame_source import Frame, FrameSource, Source, open_source
from fairmot_mm.apis.inference import init_model
from fairmot_mm.apis.mot_writer import MOTWriter
from fairmot_mm.apis.prefetch import batched, prefetch
from fairmot_mm.apis.video_writer import VideoWriter
from fairmot_mm.apis.write_behind import WriteBehind
from fairmot_mm.registry import TRANSFORMS
from fairmot_mm.utils import ConfigError, OutputError, require_writable_dir
from fairmot_mm.visualization import TrackVisualizer


class _Prepared(NamedTuple):
    """A frame and what the test pipeline made of it: ``inputs``, ``data_samples``."""

    frame: Frame
    packed: dict


class TrackInferencer:
    """Tracks people through a video, a folder of images, a stream, a camera or arrays.

    Args:
        model: A model of `init_model`, or what `init_model` makes one from: a config or
            the path of one.
        checkpoint: Weights for a model that is still to be made.
        device: Where a model that is still to be made runs, as in ``cuda:0``.
        cfg_options: Config keys to override for a model that is still to be made.
        batch_size: Consecutive frames that pass through the network together. More than
            1 pays on a GPU and delays the results of a live source.
        visualizer: Draws the mp4; a plain `TrackVisualizer` unless given.

    Raises:
        ConfigError: A value does not fit, or the config has no ``test_pipeline``.

    Example:
        >>> inferencer = TrackInferencer(config, checkpoint, device='cuda:0')
        >>> for sample in inferencer('street.mp4', out_dir='results'):
        ...     print(sample.frame_id, sample.pred_track_instances.instances_id)
    """

    def __init__(
        self,
        model: BaseModel | Config | str | Path,
        checkpoint: str | Path | None = None,
        device: str | None = None,
        cfg_options: dict | None = None,
        batch_size: int = 1,
        visualizer: TrackVisualizer | None = None,
    ) -> None:
        if batch_size < 1:
            raise ConfigError(f'batch_size = {batch_size} must be at least 1')
        if isinstance(model, str | Path | Config):
            model = init_model(model, checkpoint, device, cfg_options)
        elif (checkpoint, device, cfg_options) != (None, None, None):
            raise ConfigError(
                'checkpoint, device and cfg_options are for a model that is still to '
                'be made; pass them to init_model, or pass a config as model'
            )
        self.model = model
        self.batch_size = batch_size
        self.visualizer = visualizer or TrackVisualizer()
        self.pipeline = _build_pipeline(model.cfg)

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
        One run at a time: the model keeps the state of one video.

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
        self.visualizer.reset()
        if out_dir is None:
            return self._track(opened)
        folder = require_writable_dir(out_dir)
        text = MOTWriter(folder / f'{opened.name}.txt')
        if not save_video:
            return self._track(opened, text)
        path = folder / f'{opened.name}.mp4'
        if opened.video is not None and opened.video.resolve() == path.resolve():
            raise OutputError(f'{path} is the source itself; choose another folder')
        return self._track(opened, text, VideoWriter(path, opened.frame_rate))

    def _track(
        self,
        source: FrameSource,
        text: MOTWriter | None = None,
        video: VideoWriter | None = None,
    ) -> Generator[DetDataSample, None, None]:
        """Queue every result for writing, then hand it out; see `__call__`."""

        def write(
            number: int, image: np.ndarray, tracks: InstanceData, rate: float
        ) -> None:
            if text:
                text.write(number, tracks)
            if video:
                header = f'frame {number}  people {len(tracks)}  {rate:.1f} fps'
                video.write(self.visualizer.draw(image, tracks, header))

        with ExitStack() as stack:
            if text:
                stack.callback(text.close)
            if video:
                stack.callback(video.close)
            writing = stack.enter_context(closing(WriteBehind(2 * self.batch_size)))
            results = stack.enter_context(closing(self._results(source)))
            for number, (frame, sample, rate) in enumerate(results, 1):
                # The caller may change what it gets while it still waits to be written.
                tracks = deepcopy(sample.pred_track_instances)
                writing.submit(write, number, frame.image, tracks, rate)
                yield sample

    def _results(
        self, source: FrameSource
    ) -> Generator[tuple[Frame, DetDataSample, float], None, None]:
        """Every frame, its result, and the frames a second of the model up to it."""
        count, seconds = 0, 0.0
        ahead = prefetch(self._prepare(source), 2 * self.batch_size)
        with closing(ahead):
            for batch in batched(ahead, self.batch_size):
                start = time.perf_counter()
                samples = self._predict(batch)
                seconds += time.perf_counter() - start
                count += len(batch)
                for item, sample in zip(batch, samples, strict=True):
                    yield item.frame, sample, count / seconds

    def _prepare(self, source: FrameSource) -> Iterator[_Prepared]:
        """Pass every frame through the test pipeline."""
        for frame_id, frame in enumerate(source.frames):
            shape = frame.image.shape[:2]
            results = dict(
                img=frame.image,
                img_shape=shape,
                ori_shape=shape,
                img_path=frame.path,
                img_id=frame_id,
                frame_id=frame_id,
                # A whole number, as the published tracker reads from a video.
                frame_rate=max(1, round(source.frame_rate)),
                video_name=source.name,
                video_length=-1 if source.length is None else source.length,
                gt_file=None,
            )
            yield _Prepared(frame, self.pipeline(results))

    @torch.no_grad()
    def _predict(self, batch: list[_Prepared]) -> list[DetDataSample]:
        """Track consecutive frames, each handed to the model as a clip of one."""
        clips = self.model.test_step(
            dict(
                inputs=[item.packed['inputs'] for item in batch],
                data_samples=[item.packed['data_samples'] for item in batch],
            )
        )
        return [frame.cpu() for clip in clips for frame in clip.video_data_samples]


def _build_pipeline(cfg: Config) -> Compose:
    """The test pipeline of a config without its loading step: frames come as arrays."""
    steps = cfg.get('test_pipeline')
    if not steps:
        raise ConfigError('the config has no test_pipeline; tracking needs one')
    with explain_build_errors():
        return Compose([TRANSFORMS.build(step) for step in steps if not _loads(step)])


def _loads(step: dict) -> bool:
    """Whether a transform reads the image (ours or mmcv's), by name or class."""
    name = getattr(step['type'], '__name__', step['type'])
    return name.rsplit('.')[-1].startswith('LoadImage')
