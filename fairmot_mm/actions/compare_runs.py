"""Draws the curves of runs in one picture."""

import argparse
import json
import math
from collections import defaultdict
from fnmatch import fnmatchcase
from pathlib import Path

import matplotlib as mpl
from matplotlib import pyplot as plt
from tabulate import tabulate

from fairmot_mm.utils import DataError, atomic_path
from fairmot_mm.utils.text_files import read_text

Curve = dict[int, float]  # by iteration, or by epoch for values of validations
EPOCH = 'epoch'


def read_curves(work_dir: Path) -> dict[str, Curve]:
    """Read every logged value of a run by step; a resumed run replaces earlier values.

    Raises:
        DataError: There is no log, or a line is not JSON.
    """
    logs = sorted(work_dir.glob('*/vis_data/scalars.json'))
    if not logs:
        raise DataError(f'{work_dir} holds no */vis_data/scalars.json: not a work dir?')
    curves: dict[str, Curve] = defaultdict(dict)
    for log in logs:
        lines = read_text(log).rstrip().split('\n')
        for number, line in enumerate(lines, 1):
            try:
                values = json.loads(line)
                step = values.get('step')
            except (ValueError, AttributeError, RecursionError) as error:
                if number == len(lines):  # a killed run leaves half of its last line
                    continue
                raise DataError(f'{log}, line {number}: {error}') from error
            if not isinstance(step, int):
                raise DataError(f'{log}, line {number}: step {step!r} is not a number')
            is_training = 'iter' in values
            for key, value in values.items():
                if not is_training and '/' not in key:  # both log their times
                    key = f'val/{key}'
                if isinstance(value, (int, float)):
                    curves[key][step] = value
    return curves


def epochs_of(key: str, steps: list[int], curves: dict[str, Curve]) -> list[float]:
    """Find the epochs at which the values of a run are drawn.

    The number of iterations in an epoch is not logged: the smallest number that the
    logged epochs allow is taken. Without logged epochs the steps are returned.
    """
    if '/' in key or EPOCH not in curves:
        return [float(step) for step in steps]
    per_epoch = math.ceil(max(step / epoch for step, epoch in curves[EPOCH].items()))
    return [step / per_epoch for step in steps]


def expand(patterns: list[str], runs: dict[str, dict[str, Curve]]) -> list[str]:
    """Find the names of the values that match patterns.

    Raises:
        DataError: No run has logged a value with a matching name.
    """
    known = sorted({name for curves in runs.values() for name in curves})
    keys = []
    for pattern in patterns:
        matching = [name for name in known if fnmatchcase(name, pattern)]
        if not matching:
            raise DataError(f'no run logged {pattern!r}; there are {", ".join(known)}')
        keys += matching
    return keys


def compare(
    runs: dict[str, dict[str, Curve]], keys: list[str]
) -> tuple[plt.Figure, str]:
    """Draw a panel for each key, and make a table of last, least and largest values."""
    figure, panels = plt.subplots(
        len(keys), squeeze=False, figsize=(8, 3 * len(keys)), layout='constrained'
    )
    rows = []
    for key, panel in zip(keys, panels[:, 0], strict=True):
        having = {name: curves[key] for name, curves in runs.items() if key in curves}
        for name, curve in having.items():
            steps = sorted(curve)
            x = epochs_of(key, steps, runs[name])
            panel.plot(x, [curve[step] for step in steps], marker='.', label=name)
            shown = (
                steps[-1],
                min(curve, key=curve.__getitem__),
                max(curve, key=curve.__getitem__),
            )
            rows.append([key, name, *(f'{curve[at]:.4g} at {at}' for at in shown)])
        panel.set(ylabel=key, xlabel='epoch')
        panel.legend()
    table = tabulate(
        rows, ('value', 'run', 'last', 'least', 'largest'), disable_numparse=True
    )
    return figure, table


def compare_runs(args: argparse.Namespace) -> None:
    """Draw the curves, and print them as a table."""
    mpl.use('agg')
    runs = {str(folder): read_curves(folder) for folder in args.work_dirs}
    figure, table = compare(runs, expand(args.keys, runs))
    with atomic_path(args.out) as temporary:
        figure.savefig(temporary, format=args.out.suffix[1:] or 'png')
    print(f'{table}\n{args.out}')
