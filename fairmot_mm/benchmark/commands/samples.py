"""Time a training sample from the image file to the packed tensor, step by step."""

import argparse
import random
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch

from fairmot_mm.apis import explain_build_errors, load_config
from fairmot_mm.benchmark.report import Report
from fairmot_mm.datasets import FusedJDEAugment
from fairmot_mm.registry import DATASETS, TRANSFORMS
from fairmot_mm.utils import ConfigError, DataError
from fairmot_mm.utils.cli import show_progress
from fairmot_mm.utils.dataset_configs import inner_datasets, without_pipelines
from fairmot_mm.utils.file_listing import find_images
from fairmot_mm.utils.machine import describe_machine, machine_line
from fairmot_mm.utils.model_zoo import project_root

FUSED_STEPS = ('decode', 'load_labels', 'move_boxes', 'resize', 'warp')
NUM_BOXES = 20


def run(args: argparse.Namespace, report: Report) -> None:
    """Measure and report."""
    cv2.setNumThreads(0)
    torch.set_num_threads(1)
    config = args.config or project_root() / 'configs/_base_/datasets/jde_1088x608.py'
    dataset_cfg = load_config(config).train_dataloader.dataset
    with explain_build_errors():
        if args.images is not None:
            samples = _samples_of_folder(args.images, args.num_samples)
        else:
            samples = _samples_of_config(dataset_cfg, args.num_samples)
        pipeline = next(part.pipeline for part, _ in inner_datasets(dataset_cfg))
        numbers = _measure(pipeline, samples)
    tables = []
    for name, title in (('pipeline', 'step of the config'), ('steps', 'single step')):
        times = {**numbers[name]['steps'], 'whole sample': numbers[name]['total']}
        tables.append([{title: step, 'ms a sample': ms} for step, ms in times.items()])
    total = numbers['pipeline']['total']
    about = (
        f'{1e3 / total:.0f} samples a second and core, '
        f'{numbers["steps"]["total"] / total:.1f} times as many as by single steps. '
        'Differences of both forms in grey levels of 255; contrast and sharpness are '
        f'ratios. {machine_line(describe_machine())}.'
    )
    report.publish([*tables, [numbers['difference']]], about, numbers)


class Stopwatch:
    """Adds up processor time by step; time in an inner step counts only for that step.

    Attributes:
        milliseconds: Processor time by step.
    """

    def __init__(self) -> None:
        self.milliseconds: dict[str, float] = defaultdict(float)
        self._inner = [0.0]

    def timed(self, step: str, function: Callable) -> Callable:
        """Wrap a function so that its calls are timed as ``step``."""

        def run(*args: Any, **kwargs: Any) -> Any:
            start = time.process_time()
            self._inner.append(0.0)
            result = function(*args, **kwargs)
            spent = 1e3 * (time.process_time() - start)
            self.milliseconds[step] += spent - self._inner.pop()
            self._inner[-1] += spent
            return result

        return run


def _build_timed(steps: Sequence[dict], watch: Stopwatch) -> list[Callable]:
    """Build transforms that report to a stopwatch, the fused one by its parts."""
    timed = []
    for step in steps:
        transform = TRANSFORMS.build(step)
        if isinstance(transform, FusedJDEAugment):
            for name in FUSED_STEPS:
                inner = watch.timed(f'  {name}', getattr(transform, name))
                setattr(transform, name, inner)
            if jitter := transform.jitter:
                jitter.apply = watch.timed('  jitter', jitter.apply)
        timed.append(watch.timed(type(transform).__name__, transform))
    return timed


def _take_apart(steps: Sequence[dict]) -> list[dict]:
    """Replace every fused transform by the transforms that it fuses."""
    whole: list[dict] = []
    for step in steps:
        whole += step['transforms'] if step['type'] == 'FusedJDEAugment' else [step]
    return whole


def _samples_of_folder(folder: Path, count: int) -> list[dict]:
    """Choose evenly spaced images below a folder, and give them random boxes."""
    images = list(find_images(folder))
    if not images:
        raise DataError(f'{folder} has no image in it')
    rng = np.random.default_rng(0)
    samples = []
    for index in np.linspace(0, len(images) - 1, count).round().astype(int):
        rows = np.zeros((NUM_BOXES, 6))
        rows[:, 1] = np.arange(NUM_BOXES)
        rows[:, 2:4] = rng.uniform(0, 1, (NUM_BOXES, 2))
        rows[:, 4:] = rng.uniform((0.01, 0.05), (0.1, 0.4), (NUM_BOXES, 2))
        samples.append({'img_path': str(images[index]), 'jde_labels': rows})
    return samples


def _samples_of_config(dataset_cfg: dict, count: int) -> list[dict]:
    """Choose evenly spaced samples of the training data."""
    if not any(part.get('ann_files') for part, _ in inner_datasets(dataset_cfg)):
        raise ConfigError('the config names no training list: use --images FOLDER')
    dataset = DATASETS.build(without_pipelines(dataset_cfg))
    indices = np.linspace(0, len(dataset) - 1, count).round().astype(int)
    return [dataset.get_data_info(int(index)) for index in indices]


def _measure(steps: Sequence[dict], samples: Sequence[dict]) -> dict[str, Any]:
    """Run both forms on the samples."""
    watches = {'pipeline': Stopwatch(), 'steps': Stopwatch()}
    forms = {
        'pipeline': _build_timed(steps, watches['pipeline']),
        'steps': _build_timed(_take_apart(steps), watches['steps']),
    }
    spent: dict[str, list[dict[str, float]]] = {name: [] for name in forms}
    differences = []
    for number, sample in enumerate(show_progress(samples, 'timing')):
        packed = {}
        for name, form in forms.items():
            watches[name].milliseconds.clear()
            random.seed(number)
            np.random.seed(number)  # noqa: NPY002 - mmdet's flip draws from it
            results = {**sample, 'jde_labels': sample['jde_labels'].copy()}
            for transform in form:
                results = transform(results)
            spent[name].append(dict(watches[name].milliseconds))
            packed[name] = results
        differences.append(_compare(**packed))
    means, largest = _merge(differences, np.mean), _merge(differences, np.max)
    numbers: dict[str, Any] = {
        'difference': {**means, 'box_px': largest['box_px'], 'max': largest['max']}
    }
    for name, runs in spent.items():
        # The first runs fill caches.
        runs = runs[min(3, len(runs) - 1) :]
        total = float(np.median([sum(run.values()) for run in runs]))
        numbers[name] = {'total': total, 'steps': _merge(runs, np.median)}
    return numbers


def _merge(rows: Sequence[dict[str, float]], how: Callable) -> dict[str, float]:
    """Merge the values of each key; 0 where a row lacks the key."""
    keys = dict.fromkeys(key for row in rows for key in row)
    return {key: float(how([row.get(key, 0.0) for row in rows])) for key in keys}


def _compare(pipeline: dict, steps: dict) -> dict[str, float]:
    """Compare two packed samples of the same random numbers."""
    other, one = (each['inputs'].numpy().astype(int) for each in (pipeline, steps))
    moved, boxes = (
        each['data_samples'].gt_instances.bboxes.tensor for each in (pipeline, steps)
    )
    size = np.abs(other - one)
    edges = [np.abs(np.diff(pixels)).mean() for pixels in (other, one)]
    return {
        'box_px': float((moved - boxes).abs().max()) if len(boxes) else 0.0,
        'mean': size.mean(),
        'p95': np.percentile(size, 95),
        'p99': np.percentile(size, 99),
        'max': size.max(),
        'brightness': (other - one).mean(),
        'contrast': other.std() / one.std(),
        'sharpness': edges[0] / edges[1],
    }
