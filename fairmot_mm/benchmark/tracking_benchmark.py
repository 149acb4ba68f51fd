"""A model and a video, set up for measuring."""

import itertools
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmdet.structures import DetDataSample

from fairmot_mm.apis import TrackInferencer
from fairmot_mm.utils import WAITS, StepClock
from fairmot_mm.utils.machine import describe_machine, peak_memory_of
from fairmot_mm.utils.step_clock import THREADS
from fairmot_mm.video.frame_source import FrameSource, Source, open_source
from fairmot_mm.video.video_encoding import VideoEncoding


class TrackingBenchmark:
    """Tracks a video from file to file; every run starts at the first frame.

    Args:
        video: Video file or folder of images that is tracked.
        out_dir: Folder for the MOT file, and the mp4.
        encoding: How an mp4 is compressed; None: none is written.
        settings: Arguments of `TrackInferencer`.

    Raises:
        UserInputError: See `TrackInferencer`.
    """

    def __init__(
        self,
        video: str,
        out_dir: str,
        encoding: VideoEncoding | None = None,
        **settings: Any,
    ) -> None:
        start = time.perf_counter()
        self.video, self.out_dir, self.encoding = video, out_dir, encoding
        self.inferencer = TrackInferencer(**settings)
        self.device = torch.device(self.inferencer.model.data_preprocessor.device)
        self.setup_seconds = time.perf_counter() - start
        self.frames = 0

    def run(self, num_frames: int) -> float:
        """Measure the seconds from opening the video until its files are complete.

        Args:
            num_frames: Number of frames; fewer are tracked where the video ends before.
        """
        start = time.perf_counter()
        results = self.inferencer(
            self._open(num_frames),
            self.out_dir,
            save_video=self.encoding is not None,
            encoding=self.encoding,
            existing='overwrite',  # each round writes the same files
        )
        self.frames = sum(1 for _ in results)
        return time.perf_counter() - start

    def steps(self, num_frames: int) -> dict[str, np.ndarray]:
        """Measure the milliseconds that each frame spends in each pipeline step.

        On a GPU the clock waits for the device before and after each step, which slows
        the run down.

        Args:
            num_frames: Number of frames.

        Returns:
            Times (number of frames,) by step; the frames of a batch share its time
            evenly.
        """
        clock = StepClock(self.device)
        with clock.active():
            self.run(num_frames)
        return {
            step: 1e3 * np.repeat(np.divide(seconds, frames), frames)
            for step, seconds in clock.seconds.items()
            if (frames := clock.frames[step])
        }

    def threads(self, num_frames: int) -> dict[str, dict[str, float]]:
        """Measure how long each thread works and waits, in milliseconds a frame.

        Args:
            num_frames: Number of frames.

        Returns:
            ``busy``, by thread of `THREADS`; ``processor``, the time of a core that
            each thread used itself, and that of the whole ``process`` with the threads
            that the network has of its own; ``waits``, by `WAITS`; ``whole``, the
            ``run``.
        """
        clock = StepClock(self.device)
        start = time.process_time()
        with clock.active():
            seconds = self.run(num_frames)
        process = time.process_time() - start
        per_frame = 1e3 / max(self.frames, 1)
        busy, processor = (
            {
                thread: per_frame * sum(sum(measured[step]) for step in steps)
                for thread, steps in THREADS.items()
            }
            for measured in (clock.seconds, clock.cpu_seconds)
        )
        return {
            'busy': busy,
            'processor': {**processor, 'process': per_frame * process},
            'waits': {name: per_frame * sum(clock.waits[name]) for name in WAITS},
            'whole': {'run': per_frame * seconds},
        }

    def latencies(self, num_frames: int) -> list[float]:
        """Measure the milliseconds from each decoded frame to its tracks.

        No frame waits for others or shares the machine with the next one, and nothing
        is written.

        Args:
            num_frames: Number of frames.
        """
        source = self._open(num_frames)
        decoded = replace(source, frames=iter([*source.frames]))
        single = TrackInferencer(self.inferencer.model, threads=False)
        return [1e3 * seconds for _, seconds in track_timed(single, decoded)]

    def describe(self) -> dict[str, Any]:
        """Describe the machine, the last run and the peak memory of this process."""
        return {
            'machine': describe_machine(str(self.device)),
            'device': str(self.device),
            'setup_seconds': self.setup_seconds,
            'frames': self.frames,
            'mot_file': str(Path(self.out_dir, f'{open_source(self.video).name}.txt')),
            'memory': peak_memory_of(str(self.device)),
        }

    def _open(self, num_frames: int) -> FrameSource:
        source = open_source(self.video)
        return replace(source, frames=itertools.islice(source.frames, num_frames))


def track_timed(
    inferencer: TrackInferencer, source: Source
) -> list[tuple[DetDataSample, float]]:
    """Track frames, and measure the seconds until the result of each arrives.

    Args:
        inferencer: The model.
        source: The frames, which are decoded already.
    """
    timed = []
    start = time.perf_counter()
    for sample in inferencer(source):
        timed.append((sample, time.perf_counter() - start))
        start = time.perf_counter()
    return timed
