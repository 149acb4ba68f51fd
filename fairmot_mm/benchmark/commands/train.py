"""Measure training: from a packed batch to updated weights, by network and option."""

import argparse
import statistics
from functools import partial
from typing import Any

from mmengine.device import get_device

from fairmot_mm.apis import load_config
from fairmot_mm.benchmark.measure import measure_in_turn
from fairmot_mm.benchmark.report import Report
from fairmot_mm.benchmark.training_benchmark import (
    TrainingBenchmark,
    read_options,
)
from fairmot_mm.benchmark.variant import fits_network
from fairmot_mm.utils.machine import describe_machine, machine_line

ON_CPU = (
    'float32',
    'mmcv',
    'channels-last',
    'fused',
    'bfloat16',
    'channels-last+fused',
)
ON_GPU = (
    'float32',
    'channels-last',
    'fused',
    'bfloat16',
    'float16',
    'float16+channels-last+fused',
    'float16+channels-last+fused+compile',
)


def run(args: argparse.Namespace, report: Report) -> None:
    """Measure and report."""
    device = args.device or get_device()
    default = ON_CPU if device == 'cpu' else ON_GPU
    for option in args.compare or default:
        read_options(option, device)
    found: dict[str, dict[str, dict[str, Any]]] = {}
    rows: list[dict[str, Any]] = []
    for config in args.configs:
        name = config.stem.removeprefix('fairmot_')
        cfg = load_config(config, args.cfg_options)
        fitting = [option for option in default if fits_network(option, cfg)]
        options = args.compare or fitting
        variants = {
            option: partial(
                TrainingBenchmark,
                str(config),
                option,
                device,
                args.batch_size,
                tuple(args.input_size),
                args.cfg_options,
            )
            for option in options
        }
        found[name] = measure_in_turn(variants, 1, args.warmup, args.steps)
        for option, one in found[name].items():
            one['samples'] = args.batch_size / statistics.median(one['seconds'])
            ratio = one['samples'] / found[name][options[0]]['samples']
            rows.append(
                {
                    'network': f'`{name}`',
                    'option': option,
                    'samples/s': one['samples'],
                    'x the first': f'{ratio:.2f}',
                    'host MB': one['memory']['host_mb'],
                    'GPU MB': one['memory']['device_mb'],
                }
            )
    width, height = args.input_size
    about = (
        f'{args.batch_size} images of {width}x{height}, median of {args.steps} steps '
        f'after {args.warmup}; {device}: {machine_line(describe_machine(device))}.'
    )
    report.publish([rows], about, found)
