"""Time a training sample from the image file to the packed tensor, stage by stage.

Three ways are timed in turn on the same images with the same random numbers, on one
core, and the median of each is printed: the pipeline of the config; the same with its
fused transform taken apart into steps; and a plain sequence of the same steps in
floating point, as one would first write it. The first two are also compared: how far
boxes and pixels are apart.
"""

import argparse
import json
import random
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from rich.console import Console
from rich.progress import track
from rich.table import Table

from fairmot_mm.apis import explain_build_errors, load_config
from fairmot_mm.datasets import FusedJDEAugment, JDERandomAffine, Letterbox
from fairmot_mm.registry import DATASETS, TRANSFORMS
from fairmot_mm.utils import IMAGE_SUFFIXES, ConfigError, DataError
from fairmot_mm.utils.cli import one_line_errors

CONFIG = Path(__file__).parents[2] / 'configs/_base_/datasets/jde_1088x608.py'
FUSED_STAGES = ('decode', 'load_labels', 'move_boxes', 'resize', 'warp')
NUM_BOXES = 20


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        'config', nargs='?', default=CONFIG, help='whose training pipeline is timed'
    )
    parser.add_argument(
        '--images',
        type=Path,
        help='folder whose images (also those of its folders) are read in place of the '
        f'data of the config, with {NUM_BOXES} boxes drawn at random in each',
    )
    parser.add_argument('--num-samples', type=int, default=60, help='images to time')
    parser.add_argument('--json', type=Path, help='file for the numbers')
    return parser.parse_args()


class Stopwatch:
    """Adds up processor time by stage; time of a stage inside another counts once."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._inner = [0.0]

    def timed(self, stage: str, function: Callable) -> Callable:
        """``function``, timed."""

        def run(*args, **kwargs):
            start = time.process_time()
            self._inner.append(0.0)
            try:
                return function(*args, **kwargs)
            finally:
                spent = time.process_time() - start
                self.seconds[stage] += spent - self._inner.pop()
                self._inner[-1] += spent

        return run


def build_timed(steps: Sequence[dict], watch: Stopwatch) -> list[Callable]:
    """Transforms that report to ``watch``, the fused one by its parts."""
    timed = []
    for step in steps:
        transform = TRANSFORMS.build(step)
        name = type(transform).__name__
        if isinstance(transform, FusedJDEAugment):
            for stage in FUSED_STAGES:
                inner = watch.timed(f'  {stage}', getattr(transform, stage))
                setattr(transform, stage, inner)
            if transform.jitter is not None:
                apply = watch.timed('  jitter', transform.jitter.apply)
                transform.jitter.apply = apply
        timed.append(watch.timed(name, transform))
    return timed


def take_apart(steps: Sequence[dict]) -> list[dict]:
    """The steps with every fused transform replaced by those it fuses."""
    whole = []
    for step in steps:
        whole += step['transforms'] if step['type'] == 'FusedJDEAugment' else [step]
    return whole


class PlainSequence:
    """Steps of the published augmentation, one after the other in floating point."""

    def __init__(self, steps: Sequence[dict], watch: Stopwatch) -> None:
        configs = {step['type']: step for step in steps}
        self.letterbox = TRANSFORMS.build(configs.get('Letterbox', {'type': Letterbox}))
        affine = configs.get('JDERandomAffine', {'type': JDERandomAffine})
        self.affine = TRANSFORMS.build(affine)
        self.load_labels = TRANSFORMS.build({'type': 'LoadJDELabels'})
        for stage in ('read', 'jitter', 'resize', 'warp', 'to_tensor'):
            setattr(self, stage, watch.timed(stage, getattr(self, stage)))

    def read(self, results: dict) -> None:
        """Image and labels."""
        results['img'] = cv2.imread(results['img_path'])
        results['img_shape'] = results['img'].shape[:2]
        self.load_labels(results)

    def jitter(self, results: dict) -> None:
        """Saturation and value, in floating point."""
        hsv = cv2.cvtColor(results['img'], cv2.COLOR_BGR2HSV)
        for channel in (1, 2):
            gain = 0.5 + random.random()
            plane = hsv[:, :, channel].astype(np.float32) * gain
            if gain > 1:
                np.clip(plane, 0, 255, out=plane)
            hsv[:, :, channel] = plane.astype(np.uint8)
        results['img'] = cv2.cvtColor(hsv, cv2.COLOR_HSV2BGR)

    def resize(self, results: dict) -> None:
        """Letterbox."""
        self.letterbox(results)

    def warp(self, results: dict) -> None:
        """Affine and flip."""
        self.affine(results)
        if random.random() > 0.5:
            results['img'] = np.fliplr(results['img'])
            results['gt_bboxes'].flip_(results['img'].shape[:2])

    def to_tensor(self, results: dict) -> torch.Tensor:
        """(3, H, W) float32 RGB in [0, 1]."""
        image = np.ascontiguousarray(results['img'][:, :, ::-1].transpose(2, 0, 1))
        return torch.from_numpy(image).float().div(255)

    def __call__(self, results: dict) -> None:
        """Run all steps."""
        for step in (self.read, self.jitter, self.resize, self.warp, self.to_tensor):
            step(results)


def samples_of_folder(folder: Path, count: int) -> list[dict]:
    """Evenly spaced images below a folder, with random boxes."""
    images = sorted(
        path for path in folder.rglob('*') if path.suffix.lower() in IMAGE_SUFFIXES
    )
    if not images:
        raise DataError(f'{folder} has no image in it')
    rng = np.random.default_rng(0)
    samples = []
    for index in np.linspace(0, len(images) - 1, count).round().astype(int):
        rows = np.zeros((NUM_BOXES, 6), np.float32)
        rows[:, 1] = np.arange(NUM_BOXES)
        rows[:, 2:4] = rng.uniform(0, 1, (NUM_BOXES, 2))
        rows[:, 4:] = rng.uniform((0.01, 0.05), (0.1, 0.4), (NUM_BOXES, 2))
        samples.append({'img_path': str(images[index]), 'jde_labels': rows})
    return samples


def samples_of_config(dataset_cfg: dict, count: int) -> list[dict]:
    """Evenly spaced samples of the training data."""
    if not dataset_cfg.get('ann_files'):
        raise ConfigError('the config names no training list; use --images FOLDER')
    dataset = DATASETS.build({**dataset_cfg, 'pipeline': []})
    indices = np.linspace(0, len(dataset) - 1, count).round().astype(int)
    return [dataset.get_data_info(int(index)) for index in indices]


def measure(steps: Sequence[dict], samples: Sequence[dict]) -> dict[str, dict]:
    """Milliseconds a sample takes each way, and in each stage: medians."""
    apart = take_apart(steps)
    watches = {'pipeline': Stopwatch(), 'steps': Stopwatch(), 'plain': Stopwatch()}
    ways: dict[str, list[Callable]] = {
        'pipeline': build_timed(steps, watches['pipeline']),
        'steps': build_timed(apart, watches['steps']),
        'plain': [PlainSequence(apart, watches['plain'])],
    }
    spent: dict[str, list[dict[str, float]]] = {name: [] for name in ways}
    differences = []
    for number, sample in enumerate(track(samples, 'timing')):
        packed = {}
        for name, way in ways.items():
            watches[name].seconds.clear()
            random.seed(number)
            np.random.seed(number)  # noqa: NPY002 - mmdet's flip draws from it
            results = {**sample, 'jde_labels': sample['jde_labels'].copy()}
            for transform in way:
                results = transform(results)
            spent[name].append(dict(watches[name].seconds))
            packed[name] = results
        differences.append(compare(packed['steps'], packed['pipeline']))
    numbers = {'difference': summarize(differences)}
    for name, runs in spent.items():
        stages = list(dict.fromkeys(stage for run in runs for stage in run))
        # The first runs fill caches.
        runs = runs[min(3, len(runs) - 1) :]
        numbers[name] = {
            'total': 1e3 * float(np.median([sum(run.values()) for run in runs])),
            'stages': {
                stage: 1e3 * float(np.median([run.get(stage, 0) for run in runs]))
                for stage in stages
            },
        }
    return numbers


def compare(steps: dict, pipeline: dict) -> dict[str, float]:
    """How two packed samples of the same draws differ, in pixels and grey levels."""
    one, other = (sample['inputs'].numpy().astype(int) for sample in (steps, pipeline))
    boxes = [
        sample['data_samples'].gt_instances.bboxes.tensor.numpy()
        for sample in (steps, pipeline)
    ]
    size = np.abs(other - one)
    edges = [np.abs(np.diff(pixels)).mean() for pixels in (other, one)]
    return {
        'box_px': float(np.abs(boxes[1] - boxes[0]).max(initial=0)),
        'mean': float(size.mean()),
        'p95': float(np.percentile(size, 95)),
        'p99': float(np.percentile(size, 99)),
        'max': float(size.max()),
        'brightness': float((other - one).mean()),
        'contrast': float(other.std() / one.std()),
        'sharpness': float(edges[0] / edges[1]),
    }


def summarize(differences: Sequence[dict[str, float]]) -> dict[str, float]:
    """Averages over the samples; of the boxes and of `max` the largest."""
    return {
        key: float(
            (np.max if key in ('box_px', 'max') else np.mean)(
                [difference[key] for difference in differences]
            )
        )
        for key in differences[0]
    }


def print_numbers(numbers: dict[str, dict]) -> None:
    """Tables of the stages, and how the ways compare."""
    total = numbers['pipeline']['total']
    titles = {
        'pipeline': 'pipeline of the config',
        'steps': 'the same, step by step',
        'plain': 'plain sequence in floating point',
    }
    for name, title in titles.items():
        table = Table('stage', title=title)
        table.add_column('ms a sample', justify='right')
        for stage, value in numbers[name]['stages'].items():
            table.add_row(stage, f'{value:.2f}')
        table.add_row('[bold]whole sample', f'[bold]{numbers[name]["total"]:.2f}')
        Console().print(table)
    print(f'{1e3 / total:.0f} samples a second and core')
    for name in ('steps', 'plain'):
        ratio = numbers[name]['total'] / total
        print(f'{ratio:.1f} times as fast as {titles[name]}')
    print(
        'against the steps: boxes within {box_px:.1g} px, pixels {mean:.2f} levels\n'
        'apart on average (95 % within {p95:.1f}, 99 % within {p99:.1f}, largest '
        '{max:.0f}),\nbrightness {brightness:+.2f}, contrast x {contrast:.3f}, '
        'sharpness x {sharpness:.3f}'.format(**numbers['difference'])
    )


def main() -> None:
    """Run the tool."""
    args = parse_args()
    cv2.setNumThreads(0)
    torch.set_num_threads(1)
    with one_line_errors():
        cfg = load_config(args.config)
        dataset_cfg = cfg.train_dataloader.dataset
        with explain_build_errors():
            if args.images is not None:
                samples = samples_of_folder(args.images, args.num_samples)
            else:
                samples = samples_of_config(dataset_cfg, args.num_samples)
            numbers = measure(dataset_cfg.pipeline, samples)
        if args.json is not None:
            args.json.write_text(json.dumps(numbers, indent=2))
    print_numbers(numbers)


if __name__ == '__main__':
    main()
