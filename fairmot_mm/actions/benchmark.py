"""Runs a sub-command that measures."""

import argparse
from importlib import import_module

from fairmot_mm.benchmark.report import Report


def benchmark(args: argparse.Namespace) -> None:
    """Measure as the sub-command says, and publish the report."""
    module = import_module(f'fairmot_mm.benchmark.commands.{args.command}')
    module.run(args, Report(args))
