"""A model and several videos, set up for measuring."""

import itertools
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from fairmot_mm.apis import MultiStreamInferencer
from fairmot_mm.utils import StepClock
from fairmot_mm.utils.machine import describe_machine, peak_memory_of
from fairmot_mm.video.frame_source import open_source


class StreamsBenchmark:
    """Tracks videos at the same time; every run starts at their first frames.

    Args:
        videos: Video files.
        out_dir: Folder for the MOT files.
        settings: Arguments of `MultiStreamInferencer`.

    Raises:
        UserInputError: See `MultiStreamInferencer`.
    """

    def __init__(self, videos: Sequence[str], out_dir: str, **settings: Any) -> None:
        self.videos, self.out_dir = videos, out_dir
        self.inferencer = MultiStreamInferencer(**settings, max_streams=len(videos))
        self.device = torch.device(self.inferencer.model.data_preprocessor.device)
        self.frames = 0

    def run(self, num_frames: int) -> float:
        """Measure the seconds from opening the videos until their files are complete.

        Args:
            num_frames: Number of frames of each video; fewer are tracked where it ends
                before.
        """
        start = time.perf_counter()
        sources = []
        for video in self.videos:
            source = open_source(video)
            frames = itertools.islice(source.frames, num_frames)
            sources.append(replace(source, frames=frames))
        results = self.inferencer(
            sources, self.out_dir, save_video=False, existing='overwrite'
        )
        self.frames = sum(1 for _ in results)
        return time.perf_counter() - start

    def steps(self, num_frames: int) -> dict[str, float]:
        """Measure the mean milliseconds of a frame in each pipeline step.

        Args:
            num_frames: Number of frames of each video.
        """
        clock = StepClock(self.device)
        with clock.active():
            self.run(num_frames)
        return {
            step: float(1e3 * np.sum(seconds) / self.frames)
            for step, seconds in clock.seconds.items()
        }

    def describe(self) -> dict[str, Any]:
        """Describe the machine, the last run and the peak memory of this process."""
        return {
            'machine': describe_machine(str(self.device)),
            'device': str(self.device),
            'frames': self.frames,
            'memory': peak_memory_of(str(self.device)),
        }
