"""Files of how long each pipeline step of a run takes, for a report."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeGuard

import numpy as np
from mmengine.device import get_device

from fairmot_mm.benchmark.measure import summarize
from fairmot_mm.utils import STEPS, DataError, StepClock, write_text
from fairmot_mm.utils.claim_output import claim_output
from fairmot_mm.utils.text_files import read_json

# By step, ``median_ms`` and ``p95_ms``.
Steps = dict[str, dict[str, float]]
_TIMES = ('median_ms', 'p95_ms')
_LONGEST = 1e9  # milliseconds that a step may take


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


def read_steps(files: Iterable[Path]) -> dict[str, Steps]:
    """Read the times of pipeline steps of runs or benchmarks.

    Args:
        files: What ``fairmot track --step-times`` or ``fairmot benchmark track --json``
            wrote.

    Returns:
        By the name of a measured run, ``median_ms`` and ``p95_ms`` of each step.

    Raises:
        DataError: A file has no such times.
    """
    found: dict[str, Steps] = {}
    for file in files:
        content, before = read_json(file), len(found)
        variants = content.get('variants') if isinstance(content, dict) else None
        for name, variant in variants.items() if isinstance(variants, dict) else ():
            steps = variant.get('steps') if isinstance(variant, dict) else None
            if _are_steps(steps):
                title = f'{file.stem}: {name}'
                found[f'{file}: {name}' if title in found else title] = steps
        if len(found) == before:
            raise DataError(
                f'{file} has no times of pipeline steps: write it with `fairmot '
                'track --step-times FILE`, or with `fairmot benchmark track --json '
                'FILE` without --compare'
            )
    return found


def _are_steps(steps: Any) -> TypeGuard[Steps]:
    """Whether this maps the names of steps to times."""
    return (
        isinstance(steps, dict)
        and len(steps) > 0
        and all(
            isinstance(times, dict)
            and all(
                isinstance(times.get(key), int | float) and 0 <= times[key] < _LONGEST
                for key in _TIMES
            )
            for times in steps.values()
        )
    )
