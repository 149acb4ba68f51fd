"""Score several trackers on the same noisy detections and print one table.

Detections are made of the ground truth of MOTChallenge sequences with seeded noise, so
that no trained model is needed; every seed is scored over all sequences together.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from mmengine.config import DictAction
from rich.console import Console
from rich.progress import track
from tabulate import tabulate

from fairmot_mm.apis import explain_build_errors, load_config
from fairmot_mm.evaluation import OVERALL, DetectedSequence, score_tracker
from fairmot_mm.registry import MODELS
from fairmot_mm.testing import DetectionNoise, noisy_detections
from fairmot_mm.utils import ConfigError
from fairmot_mm.utils.cli import one_line_errors
from fairmot_mm.utils.setup_env import register_all_modules

RATIOS = ('HOTA', 'MOTA', 'IDF1')
COUNTS = ('IDSW', 'FP', 'FN')


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split('\n\n')[0])
    parser.add_argument(
        'config', help='file with `trackers`, a dict of tracker configs by name'
    )
    parser.add_argument(
        'sequences', nargs='+', type=Path, help='MOTChallenge folders with gt/gt.txt'
    )
    parser.add_argument(
        '--seeds', type=int, default=5, help='runs with other noise (%(default)s)'
    )
    parser.add_argument(
        '--noise',
        nargs='+',
        action=DictAction,
        default={},
        help='other values of DetectionNoise, as in miss_rate=0.2 gap_rate=0.01',
    )
    return parser.parse_args(argv)


def read_trackers(config: str) -> dict[str, dict]:
    """Tracker configs of a file by name, the one to compare with first.

    Raises:
        ConfigError: The file cannot be read or has no trackers.
    """
    trackers = load_config(config).get('trackers')
    if not trackers:
        raise ConfigError(f'{config} has no `trackers`: a dict of configs by name')
    return dict(trackers)


def make_noise(options: dict) -> DetectionNoise:
    """The noise of the command line.

    Raises:
        ConfigError: It has no such value.
    """
    try:
        return DetectionNoise(**options)
    except TypeError as error:
        raise ConfigError(f'--noise: {error}') from error


def score_all(
    trackers: dict[str, dict], runs: Iterator[list[DetectedSequence]]
) -> dict[str, np.ndarray]:
    """Scores (runs, columns) of every tracker over all sequences of a run."""
    scores: dict[str, list[list[float]]] = {name: [] for name in trackers}
    for sequences in runs:
        for name, cfg in trackers.items():
            with explain_build_errors():
                tracker = MODELS.build(cfg)
            overall = score_tracker(tracker, sequences)[OVERALL]
            scores[name].append(
                [100 * overall[key] for key in RATIOS]
                + [overall[key] for key in COUNTS]
            )
    return {name: np.array(rows) for name, rows in scores.items()}


def format_rows(scores: dict[str, np.ndarray]) -> str:
    """Means over the runs; of HOTA and IDF1 also the difference to the first row.

    A difference comes with its standard error over the runs.
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


def run(args: argparse.Namespace) -> None:
    """Make detections, track them with every tracker, print the table."""
    register_all_modules()
    if args.seeds < 1:
        raise ConfigError(f'--seeds {args.seeds}: 1 or more')
    trackers, noise = read_trackers(args.config), make_noise(args.noise)
    seeds = track(range(args.seeds), 'seeds', console=Console(stderr=True))
    runs = (
        [noisy_detections(path, seed, noise) for path in args.sequences]
        for seed in seeds
    )
    scores = score_all(trackers, runs)
    print(f'{noise}, means of {args.seeds} seeds')
    print(format_rows(scores))


def main(argv: list[str] | None = None) -> None:
    """Run the tool."""
    args = parse_args(argv)
    with one_line_errors():
        run(args)


if __name__ == '__main__':
    main()
