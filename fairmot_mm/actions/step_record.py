"""Records how long each pipeline step of a run takes, for a report."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from mmengine.device import get_device

from fairmot_mm.benchmark.measure import summarize
from fairmot_mm.utils import STEPS, StepClock, write_text
from fairmot_mm.utils.claim_output import claim_output


@contextmanager
def record_steps(path: Path, device: str | None, overwrite: bool) -> Iterator[None]:
    """Measure the pipeline steps of the body, and write their times at its end.

    The file has the form that ``fairmot benchmark track --json`` writes, as far as one
    run can tell it.

    Args:
        path: The JSON file.
        device: Where the network runs; None is the accelerator, if there is one.
        overwrite: Whether an earlier file may be replaced.

    Yields:
        Nothing.

    Raises:
        NameTakenError: The file exists.
        OutputError: The file cannot be written.
    """
    with claim_output(path, overwrite):
        clock = StepClock(device or get_device())
        with clock.active():
            yield
        steps = {}
        for name in STEPS:
            frames = np.array(clock.frames[name], np.int64)
            # The frames of a batch share its time evenly.
            shares = np.array(clock.seconds[name]) / np.maximum(frames, 1)
            if frames.sum():
                steps[name] = summarize(1e3 * np.repeat(shares, frames))
        numbers = {'variants': {'track': {'steps': steps}}}
        write_text(path, json.dumps(numbers, indent=2) + '\n')
