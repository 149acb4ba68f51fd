"""A model and a video, set up for measuring."""

import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import torch

from fairmot_mm.apis import TrackInferencer
from fairmot_mm.utils import StepClock
from fairmot_mm.utils.machine import describe_machine, peak_rss_mb
from fairmot_mm.video.frame_source import Frame, FrameSource, open_source


@dataclass(frozen=True)
class Job:
    """What is measured.

    Attributes:
        config: Config file.
        checkpoint: Weights, or an ONNX file.
        video: What is tracked: a file or a folder of images.
        out_dir: Folder for the MOT file, and the mp4.
        save_video: Whether an mp4 is written.
        settings: Further arguments of `TrackInferencer`.
    """

    config: str
    checkpoint: str
    video: str
    out_dir: str
    save_video: bool = False
    settings: dict[str, Any] = field(default_factory=dict)


class Session:
    """Measures one job. Every run starts at the first frame.

    Raises:
        UserInputError: See `TrackInferencer`.
    """

    def __init__(self, job: Job) -> None:
        start = time.perf_counter()
        self.job = job
        self.inferencer = TrackInferencer(job.config, job.checkpoint, **job.settings)
        self._setup_seconds = time.perf_counter() - start

    @property
    def _device(self) -> torch.device:
        return torch.device(self.inferencer.model.data_preprocessor.device)

    def describe(self) -> dict[str, Any]:
        """Machine and device of this process, and the seconds that building took."""
        return {
            'machine': describe_machine(str(self._device)),
            'device': str(self._device),
            'setup_seconds': self._setup_seconds,
        }

    def run(self, num_frames: int) -> dict[str, Any]:
        """Track from file to file, without a clock.

        Returns:
            ``frames`` (fewer where the video ends before), ``seconds`` from opening the
            video to the finished files, and ``mot_file``.
        """
        start = time.perf_counter()
        source = self._open(num_frames)
        count = sum(
            1
            for _ in self.inferencer(
                source, self.job.out_dir, save_video=self.job.save_video
            )
        )
        return {
            'frames': count,
            'seconds': time.perf_counter() - start,
            'mot_file': str(Path(self.job.out_dir, f'{source.name}.txt')),
        }

    def stages(self, num_frames: int) -> dict[str, list[float]]:
        """Milliseconds of each frame by stage; of a batch each frame has its share."""
        clock = StepClock(self._device)
        with clock.active():
            self.run(num_frames)
        return {
            stage: [
                1e3 * seconds / frames
                for seconds, frames in zip(times, clock.frames[stage], strict=True)
                for _ in range(frames)
            ]
            for stage, times in clock.seconds.items()
        }

    def latencies(self, num_frames: int) -> list[float]:
        """Milliseconds from a frame that is there to its tracks, one at a time.

        The frames are decoded before, nothing is written, and no frame waits for others
        or shares the machine with the next one.
        """
        source = self._open(num_frames)
        images = [frame.image for frame in source.frames]
        arrived: list[float] = []

        def arrive() -> Iterator[Frame]:
            for image in images:
                arrived.append(time.perf_counter())
                yield Frame(image, '')

        live = FrameSource('live', source.frame_rate, None, arrive())
        before = self.inferencer.batch_size, self.inferencer.threads
        self.inferencer.batch_size, self.inferencer.threads = 1, False
        try:
            return [
                1e3 * (time.perf_counter() - arrived[-1]) for _ in self.inferencer(live)
            ]
        finally:
            self.inferencer.batch_size, self.inferencer.threads = before

    def memory(self) -> dict[str, float | None]:
        """Peak MB of this process, and of what PyTorch held on the GPU."""
        on_gpu = self._device.type == 'cuda'
        device = torch.cuda.max_memory_allocated(self._device) if on_gpu else None
        return {
            'host_mb': peak_rss_mb(),
            'device_mb': None if device is None else device / 1e6,
        }

    def _open(self, num_frames: int) -> FrameSource:
        source = open_source(self.job.video)
        return replace(source, frames=itertools.islice(source.frames, num_frames))
