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
from fairmot_mm.utils.machine import describe_machine, peak_memory
from fairmot_mm.video.frame_source import Frame, FrameSource, open_source


@dataclass(frozen=True)
class Job:
    """A network and a video to measure.

    Attributes:
        config: Config file.
        checkpoint: Weights, or an ONNX file.
        video: Video file or folder of images that is tracked.
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
    """Measures one job; every run starts at the first frame.

    Args:
        job: The network, the video and how they are run.

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
        """Describe machine, device, and the seconds that building the model took."""
        return {
            'machine': describe_machine(str(self._device)),
            'device': str(self._device),
            'setup_seconds': self._setup_seconds,
        }

    def run(self, num_frames: int) -> dict[str, Any]:
        """Track from file to file, without a clock.

        Args:
            num_frames: Number of frames.

        Returns:
            ``frames`` (fewer where the video ends before), ``seconds`` from opening the
            video until the files are complete, and ``mot_file``.
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
        """Measure the time from a decoded frame to its tracks, one frame at a time.

        Nothing is written, and no frame waits for others or shares the machine with
        the next one.

        Args:
            num_frames: Number of frames.

        Returns:
            Milliseconds of each frame.
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
        """Read the peak memory, see `peak_memory_of`."""
        return peak_memory_of(self._device)

    def _open(self, num_frames: int) -> FrameSource:
        source = open_source(self.job.video)
        return replace(source, frames=itertools.islice(source.frames, num_frames))


def peak_memory_of(device: torch.device) -> dict[str, float | None]:
    """Read the peak memory of this process.

    Args:
        device: Device that the model runs on.

    Returns:
        ``host_mb``, and ``device_mb``: what PyTorch held on a GPU, None on a CPU.
    """
    on_gpu = device.type == 'cuda'
    held = torch.cuda.max_memory_allocated(device) / 1e6 if on_gpu else None
    return {'host_mb': peak_memory() / 1e6, 'device_mb': held}
