"""Measures parameters, multiply-adds and time of networks."""

import argparse
import math
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from mmdet.structures import DetDataSample
from mmengine.analysis import FlopAnalyzer
from torch import nn

from fairmot_mm.apis import init_model
from fairmot_mm.benchmark.report import Report
from fairmot_mm.utils import ConfigError, cli
from fairmot_mm.utils.machine import describe_machine, machine_line

NETWORKS = Path(__file__).parents[2] / 'configs' / '_base_' / 'models'
TRAINING_ONLY = ('reid_head.classifier.', 'task_weighting.')


def measure(config: Path, size: tuple[int, int], runs: int) -> dict[str, str]:
    """Measure the network of a config on (width, height) pixels: a row of the table."""
    model = init_model(config, device='cpu')
    detector = model.detector
    images = torch.rand(1, 3, size[1], size[0])
    parameters = sum(
        weight.numel()
        for name, weight in detector.named_parameters()
        if not name.startswith(TRAINING_ONLY)
    )
    with torch.no_grad():
        # It runs the network once, which warms up what is timed next.
        multiply_adds = count_multiply_adds(detector, images)
        seconds = []
        for _ in range(runs):
            start = time.perf_counter()
            frame = DetDataSample(metainfo=dict(ori_shape=(size[1], size[0])))
            model.inference_detector.predict(images, [frame])
            seconds.append(time.perf_counter() - start)
    return {
        'network': f'`{config.stem.removeprefix("fairmot_")}`',
        'parameters (M)': f'{parameters / 1e6:.2f}',
        'FLOPs (G)': f'{multiply_adds / 1e9:.1f}',
        'CPU time (s)': f'{statistics.median(seconds):.2f}',
    }


def count_multiply_adds(network: nn.Module, images: torch.Tensor) -> int:
    """Count multiply-adds of a forward pass, deformable convolutions included.

    Raises:
        ConfigError: There is no rule to count a layer of the network.
    """
    analyzer = FlopAnalyzer(network, (images,))
    analyzer.set_op_handle('fairmot_mm::deform_conv2d', _deform_conv_multiply_adds)
    analyzer.unsupported_ops_warnings(False).uncalled_modules_warnings(False)
    total = int(analyzer.total())
    # Small operators of PyTorch do not count, but a whole layer that is missed would.
    missed = [op for op in analyzer.unsupported_ops() if not op.startswith('aten::')]
    if missed:
        raise ConfigError(f'no rule counts the operations of {", ".join(missed)}')
    return total


def _deform_conv_multiply_adds(inputs: Sequence[Any], outputs: Sequence[Any]) -> int:
    """A tap is a weighted sum of four pixels, which the kernel multiplies."""
    _, _, mask, weight = (value.type().sizes() for value in inputs[:4])
    taps, (out_channels, in_channels) = math.prod(mask), weight[:2]
    return taps * in_channels * (4 + out_channels)


def compare_networks(args: argparse.Namespace) -> None:
    """Measure every network, and print the table."""
    width, height = args.input_size
    configs = args.configs or sorted(NETWORKS.glob('fairmot_*.py'))
    report = Report(args)
    rows = [
        measure(config, (width, height), args.runs)
        for config in cli.show_progress(configs, 'networks')
    ]
    about = (
        f'One image of {width} x {height} pixels, from the input to detections with '
        f'embeddings, median of {args.runs} runs; {machine_line(describe_machine())}. '
        'A multiply-add counts as one operation, as mmengine counts.'
    )
    report.publish([rows], about, rows)
