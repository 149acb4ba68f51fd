"""Scores several trackers on the same detections."""

import argparse
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from tabulate import tabulate

from fairmot_mm.actions.peer_tracker import PackageMissingError
from fairmot_mm.actions.pilot import build_tracker
from fairmot_mm.apis import load_config
from fairmot_mm.evaluation import (
    OVERALL,
    DetectedSequence,
    evaluate_sequences,
    load_all_detections,
    score_tracker,
    track_sequence,
)
from fairmot_mm.synthetic import DetectionNoise, noisy_detections
from fairmot_mm.utils import ConfigError, cli
from fairmot_mm.utils.setup_env import register_all_modules

RATIOS = ('HOTA', 'MOTA', 'IDF1')
COUNTS = ('IDSW', 'FP', 'FN')
NUM_SEEDS = 5


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

    The ratios have their standard deviation over the runs. HOTA and IDF1 also have the
    difference to the first row with its standard error.
    """
    first = next(iter(scores.values()))
    rows = []
    for name, values in scores.items():
        means = values.mean(axis=0)
        row = [name, *(f'{mean:.2f}' for mean in means[:3])]
        if len(values) > 1:
            spread = values.std(axis=0, ddof=1)
            row[1:] = [f'{mean} ± {spread[k]:.2f}' for k, mean in enumerate(row[1:])]
        row += [f'{mean:.1f}' for mean in means[3:]]
        for column in (0, 2):
            gain = values[:, column] - first[:, column]
            error = gain.std(ddof=1) / np.sqrt(len(gain)) if len(gain) > 1 else 0.0
            row.append('' if values is first else f'{gain.mean():+.2f} ± {error:.2f}')
        rows.append(row)
    headers = ['tracker', *RATIOS, *COUNTS, 'gain in HOTA', 'gain in IDF1']
    return tabulate(rows, headers, tablefmt='github', disable_numparse=True)


def read_trackers(args: argparse.Namespace) -> dict[str, dict]:
    """Read the trackers to run on files of detections.

    Raises:
        ConfigError: The file has none, or an argument is for noisy ground truth.
    """
    if args.sequences or args.noise or args.seeds is not None:
        raise ConfigError(
            '--detections scores detections as they are: leave out the sequences, '
            '--noise and --seeds'
        )
    trackers = load_config(args.config).get('trackers')
    if not trackers:
        raise ConfigError(f'{args.config} has no `trackers`, a dict of configs by name')
    return dict(trackers)


def can_build(name: str, cfg: dict) -> bool:
    """Say whether the library of a tracker is installed; if not, print that."""
    try:
        build_tracker(cfg)
    except PackageMissingError as error:
        print(f'{name} is left out: {error}')
        return False
    return True


def leave_out_missing(trackers: dict[str, dict]) -> dict[str, dict]:
    """Leave out the trackers of libraries that are not installed, and say so.

    Raises:
        ConfigError: No tracker is left.
    """
    found = {name: cfg for name, cfg in trackers.items() if can_build(name, cfg)}
    if not found:
        raise ConfigError('no tracker is left: install one of these libraries')
    return found


def score_files(cfg: dict, sequences: list[DetectedSequence]) -> dict[str, list[float]]:
    """Score a tracker on detections of sequences.

    Returns:
        The ratios in per cent, the counts, and the processor time in ms a frame; by
        sequence, and together under `OVERALL`.
    """
    tracker = build_tracker(cfg)
    results, times = [], {}
    for sequence in sequences:
        before = tracker.seconds
        results.append(sequence.to_score(track_sequence(tracker, sequence)))
        times[sequence.name] = 1000 * (tracker.seconds - before) / sequence.num_frames
    num_frames = sum(sequence.num_frames for sequence in sequences)
    times[OVERALL] = 1000 * tracker.seconds / num_frames
    return {
        name: [100 * scores[key] for key in RATIOS]
        + [scores[key] for key in COUNTS]
        + [times[name]]
        for name, scores in evaluate_sequences(results).items()
    }


def compare_on_files(args: argparse.Namespace) -> None:
    """Run every tracker on files of detections, print a table for each sequence."""
    trackers = leave_out_missing(read_trackers(args))
    sequences = load_all_detections(args.detections)
    scores = {
        name: score_files(trackers[name], sequences)
        for name in cli.show_progress(list(trackers), 'trackers')
    }
    headers = ['tracker', *RATIOS, *COUNTS, 'ms a frame']
    formats = ['.1f'] * 3 + ['.0f'] * 3 + ['.2f']
    for part in [*(sequence.name for sequence in sequences), OVERALL]:
        rows = [
            [name, *map(format, of_tracker[part], formats)]
            for name, of_tracker in scores.items()
        ]
        print(f'\n### {"together" if part == OVERALL else part}\n')
        print(tabulate(rows, headers, tablefmt='github', disable_numparse=True))


def compare_on_noise(args: argparse.Namespace) -> None:
    """Make noisy detections, run every tracker on them, print the tables."""
    num_seeds = NUM_SEEDS if args.seeds is None else args.seeds
    if num_seeds < 1:
        raise ConfigError(f'--seeds {num_seeds}: 1 or more')
    for comparison in read_comparisons(args):
        trackers = leave_out_missing(comparison.trackers)
        scores = score_all(replace(comparison, trackers=trackers), num_seeds)
        if comparison.title:
            print(f'### {comparison.title}\n')
        names = ', '.join(path.name for path in comparison.sequences)
        noise = describe(comparison.noise)
        print(f'{names}; {noise}; means of {num_seeds} seeds\n')
        print(format_rows(scores) + '\n', flush=True)


def compare_trackers(args: argparse.Namespace) -> None:
    """Run every tracker on the same detections and print the scores."""
    register_all_modules()
    if args.detections is None:
        compare_on_noise(args)
    else:
        compare_on_files(args)
