"""Scores several trackers on the same noisy detections."""

import argparse
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmdet.structures import DetDataSample
from mmengine.structures import InstanceData
from tabulate import tabulate

from fairmot_mm.apis import explain_build_errors, load_config
from fairmot_mm.evaluation import OVERALL, score_tracker
from fairmot_mm.models import JDETracker, adapt_tracker
from fairmot_mm.registry import MODELS
from fairmot_mm.synthetic import DetectionNoise, noisy_detections
from fairmot_mm.utils import ConfigError, cli
from fairmot_mm.utils.images import read_image
from fairmot_mm.utils.setup_env import register_all_modules

RATIOS = ('HOTA', 'MOTA', 'IDF1')
COUNTS = ('IDSW', 'FP', 'FN')


@dataclass(frozen=True)
class Comparison:
    """One table of scores.

    Attributes:
        title: What the table shows; may be empty.
        trackers: Configs by name; the others are compared with the first.
        sequences: Folders of the sequences.
        noise: Noise of the detections.
    """

    title: str
    trackers: dict[str, dict]
    sequences: list[Path]
    noise: DetectionNoise


def read_comparisons(args: argparse.Namespace) -> list[Comparison]:
    """Read the comparisons from the config and the command line.

    Raises:
        ConfigError: The file cannot be read or a part of a comparison is missing.
    """
    cfg = load_config(args.config)
    entries = cfg.get('comparisons')
    if not entries:
        if not cfg.get('trackers'):
            raise ConfigError(
                f'{args.config} has no `trackers`, a dict of configs by name, and no '
                '`comparisons`'
            )
        if not args.sequences:
            raise ConfigError(f'{args.config} names no sequences: name them after it')
        entries = [dict(title='', trackers=cfg.trackers, sequences=args.sequences)]
    elif args.sequences:
        raise ConfigError(
            f'{args.config} names its sequences: leave {args.sequences} out'
        )
    comparisons = []
    for number, entry in enumerate(entries, 1):
        missing = {'title', 'trackers', 'sequences'} - set(entry)
        if missing:
            raise ConfigError(f'{args.config}: comparison {number} has no {missing}')
        folders = [Path(name) for name in entry['sequences']]
        if 'comparisons' in cfg:
            folders = [args.data_root / folder for folder in folders]
        noise = make_noise({**args.noise, **entry.get('noise', {})})
        comparisons.append(
            Comparison(entry['title'], dict(entry['trackers']), folders, noise)
        )
    return comparisons


class Pilot:
    """Calls a tracker as `FairMOT` does: with images, and only in some frames.

    Args:
        tracker: A `JDETracker`.
        detect_every: See `FairMOT`.
    """

    def __init__(self, tracker: Any, detect_every: int) -> None:
        self.tracker = tracker
        self.detect_every = detect_every

    def track(self, data_sample: DetDataSample) -> InstanceData:
        """Track the next frame."""
        image = None
        if self.tracker.parts.camera_motion is not None:
            rgb = read_image(data_sample.img_path)[:, :, ::-1].transpose(2, 0, 1)
            image = torch.from_numpy(rgb[None].astype(np.float32) / 255)
        if data_sample.frame_id % self.detect_every:
            return self.tracker.coast(data_sample, image)
        return self.tracker.track(data_sample, image)


def build_tracker(cfg: dict) -> Any:
    """Build the tracker of a config, within a `Pilot` if it can coast."""
    cfg = dict(cfg)
    detect_every = cfg.pop('detect_every', 1)
    with explain_build_errors():
        tracker = adapt_tracker(MODELS.build(cfg))
    if isinstance(tracker, JDETracker):
        return Pilot(tracker, detect_every)
    if detect_every > 1:
        raise ConfigError(f'{cfg["type"]} cannot coast: leave detect_every out')
    return tracker


def make_noise(options: dict) -> DetectionNoise:
    """Make noise with these values.

    Raises:
        ConfigError: A value is not known or makes no sense.
    """
    try:
        return DetectionNoise(**options)
    except TypeError as error:
        raise ConfigError(f'noise: {error}') from error


def describe(noise: DetectionNoise) -> str:
    """Name the values of the noise that differ from the defaults."""
    usual, values = asdict(DetectionNoise()), asdict(noise).items()
    changed = [f'{key}={value}' for key, value in values if value != usual[key]]
    return 'noise ' + (', '.join(changed) or 'by default')


def score_all(comparison: Comparison, num_seeds: int) -> dict[str, np.ndarray]:
    """Score every tracker over all sequences: (seeds, columns) by name."""
    scores: dict[str, list[list[float]]] = {name: [] for name in comparison.trackers}
    for seed in cli.show_progress(range(num_seeds), comparison.title or 'seeds'):
        sequences = [
            noisy_detections(path, seed, comparison.noise)
            for path in comparison.sequences
        ]
        for name, cfg in comparison.trackers.items():
            overall = score_tracker(build_tracker(cfg), sequences)[OVERALL]
            scores[name].append(
                [100 * overall[key] for key in RATIOS]
                + [overall[key] for key in COUNTS]
            )
    return {name: np.array(rows) for name, rows in scores.items()}


def format_rows(scores: dict[str, np.ndarray]) -> str:
    """Make a table of the means over the runs.

    HOTA and IDF1 also have the difference to the first row with its standard error.
    """
    first = next(iter(scores.values()))
    rows = []
    for name, values in scores.items():
        means = values.mean(axis=0)
        row = [name, *(f'{mean:.2f}' for mean in means[:3])]
        row += [f'{mean:.1f}' for mean in means[3:]]
        for column in (0, 2):
            gain = values[:, column] - first[:, column]
            error = gain.std(ddof=1) / np.sqrt(len(gain)) if len(gain) > 1 else 0.0
            row.append('' if values is first else f'{gain.mean():+.2f} ± {error:.2f}')
        rows.append(row)
    headers = ['tracker', *RATIOS, *COUNTS, 'gain in HOTA', 'gain in IDF1']
    return tabulate(rows, headers, tablefmt='github', disable_numparse=True)


def compare_trackers(args: argparse.Namespace) -> None:
    """Make detections, track them with every tracker, print the tables."""
    register_all_modules()
    if args.seeds < 1:
        raise ConfigError(f'--seeds {args.seeds}: 1 or more')
    for comparison in read_comparisons(args):
        scores = score_all(comparison, args.seeds)
        if comparison.title:
            print(f'### {comparison.title}\n')
        names = ', '.join(path.name for path in comparison.sequences)
        noise = describe(comparison.noise)
        print(f'{names}; {noise}; means of {args.seeds} seeds\n')
        print(format_rows(scores) + '\n', flush=True)
