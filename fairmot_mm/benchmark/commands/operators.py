"""Measure the deformable convolution: our operator and mmcv's, forward and backward."""

import argparse
from functools import partial

from fairmot_mm.benchmark.measure import measure_in_turn
from fairmot_mm.benchmark.operator_benchmark import LAYERS, OperatorBenchmark
from fairmot_mm.benchmark.report import Report
from fairmot_mm.utils.machine import machine_line


def run(args: argparse.Namespace, report: Report) -> None:
    """Measure and report."""
    size = tuple(args.input_size)
    given = args.device, args.batch_size, args.channels, size
    variants = {name: partial(OperatorBenchmark, name, *given) for name in LAYERS}
    found = measure_in_turn(variants, 1, 1, args.rounds)
    first = found['mmcv']['forward_ms'] + found['mmcv']['backward_ms']
    rows = [
        {
            'operator': name,
            'forward, ms': one['forward_ms'],
            'backward, ms': one['backward_ms'],
            'x mmcv': f'{first / (one["forward_ms"] + one["backward_ms"]):.2f}',
            'grown MB': one['grown_mb'],
        }
        for name, one in found.items()
    ]
    about = (
        f'{args.batch_size} maps of {size[0]}x{size[1]} with {args.channels} channels, '
        f'3 x 3 kernel, median of {args.rounds} runs after 1; {args.device}: '
        f'{machine_line(found["mmcv"]["machine"])}.'
    )
    report.publish([rows], about, found)
