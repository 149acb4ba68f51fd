"""Measure the seconds a frame of every network, from a video to its MOT file."""

import argparse
from typing import Any

from fairmot_mm.benchmark.command import (
    describe_run,
)
from fairmot_mm.benchmark.commands.track import compare, measure
from fairmot_mm.benchmark.report import Report
from fairmot_mm.benchmark.workload import prepare_workload
from fairmot_mm.utils import ConfigError, UserInputError
from fairmot_mm.utils.model_zoo import project_root


def run(args: argparse.Namespace, report: Report) -> None:
    """Measure and report; a network that fails is named in the end.

    Raises:
        ConfigError: A network could not be measured.
    """
    folder = project_root() / 'configs' / '_base_' / 'models'
    found: dict[str, dict[str, dict[str, Any]]] = {}
    failed: list[str] = []
    for config in args.configs or sorted(folder.glob('fairmot_*.py')):
        name = config.stem.removeprefix('fairmot_')
        try:
            with prepare_workload(args, config) as workload:
                found[name] = measure(workload, args.variants, args)
        except UserInputError as error:  # the others are still measured
            failed.append(f'{config.stem}: {error}')
    if found:
        rows = [
            {'network': f'`{name}`', **row}
            for name, variants in found.items()
            for row in compare(variants)
        ]
        one = next(iter(next(iter(found.values())).values()))
        report.publish([rows], describe_run(args, one, 'random weights'), found)
    if failed:
        raise ConfigError('not measured: ' + '\n'.join(failed))
