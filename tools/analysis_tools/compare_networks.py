"""Compare networks: parameters, multiply-adds and time for a frame on this CPU.

The table is in Markdown. The weights are random: the time does not depend on them.
"""

import argparse
import math
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from mmdet.structures import DetDataSample
from mmengine.analysis import FlopAnalyzer
from rich.console import Console
from rich.progress import track
from tabulate import tabulate
from torch import nn

from fairmot_mm.apis import init_model
from fairmot_mm.utils import ConfigError
from fairmot_mm.utils.cli import add_input_size_argument, one_line_errors
from fairmot_mm.utils.machine import describe_machine, machine_line
from fairmot_mm.utils.marked_section import MarkedSection

NETWORKS = Path(__file__).parents[2] / 'configs' / '_base_' / 'models'
SECTION = 'networks'
TRAINING_ONLY = ('reid_head.classifier.', 'task_weighting.')


class Cost(NamedTuple):
    """What a network costs.

    Attributes:
        parameters: Numbers that are learned and that tracking needs.
        multiply_adds: For one frame, as mmengine counts them.
        seconds: From an input image to detections with embeddings, one frame.
    """

    parameters: int
    multiply_adds: int
    seconds: float


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__.split('\n\n')[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument(
        'configs', nargs='*', type=Path, help='configs (default: all our networks)'
    )
    add_input_size_argument(parser, (1088, 608))
    parser.add_argument(
        '--runs', type=int, default=3, help='number of runs; the median counts'
    )
    parser.add_argument(
        '--write',
        type=Path,
        metavar='FILE',
        help=f'put the table between <!-- {SECTION} --> and <!-- end of {SECTION} '
        '--> of FILE',
    )
    return parser.parse_args()


def measure(config: Path, size: tuple[int, int], runs: int) -> Cost:
    """Build the network of a config and measure it on (width, height) pixels."""
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
    return Cost(parameters, multiply_adds, statistics.median(seconds))


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


def make_table(costs: dict[str, Cost]) -> str:
    """Write the costs as a table in Markdown."""
    rows = [
        (
            f'`{name}`',
            f'{cost.parameters / 1e6:.2f}',
            f'{cost.multiply_adds / 1e9:.1f}',
            f'{cost.seconds:.2f}',
        )
        for name, cost in costs.items()
    ]
    headers = ('network', 'parameters (M)', 'FLOPs (G)', 'CPU time (s)')
    return tabulate(rows, headers, 'github', disable_numparse=True)


@one_line_errors()
def main() -> None:
    """Run the tool."""
    args = parse_args()
    width, height = args.input_size
    configs = args.configs or sorted(NETWORKS.glob('fairmot_*.py'))
    # A wrong file name is told now, not after minutes of measuring.
    section = MarkedSection(args.write, SECTION) if args.write else None
    costs = {
        config.stem.removeprefix('fairmot_'): measure(
            config, (width, height), args.runs
        )
        for config in track(
            configs, description='networks', console=Console(stderr=True)
        )
    }
    table = make_table(costs)
    machine = machine_line(describe_machine())
    table += (
        f'\n\nOne image of {width} x {height} pixels, from the input to detections '
        f'with embeddings, median of {args.runs} runs; {machine}. A '
        'multiply-add counts as one operation, as mmengine counts.'
    )
    if section:
        section.replace(table)
    print(table)


if __name__ == '__main__':
    main()
