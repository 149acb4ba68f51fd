"""Time the training iteration of a config with and without `LossGuardHook`, in turns.

The network trains on noise images with ten people each. The two kinds of iteration
alternate, so that a change of the machine's load meets both; printed are their medians
and the median of the differences of neighbours.
"""

import argparse
import statistics
import time
from types import SimpleNamespace
from typing import Any

import torch
from mmdet.structures import DetDataSample
from mmengine.optim import build_optim_wrapper
from mmengine.structures import InstanceData
from rich.progress import track

from fairmot_mm.apis import load_config
from fairmot_mm.engine import FlagExchangeHook, LossGuardHook
from fairmot_mm.registry import MODELS
from fairmot_mm.utils.cli import one_line_errors

PEOPLE = 10


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('config', help='config of a training')
    parser.add_argument('--pairs', type=int, default=30, help='iterations of each kind')
    parser.add_argument('--device', default='cpu')
    return parser.parse_args()


def make_batch(size: tuple[int, int], num_images: int) -> dict:
    """Noise images (3, H, W) and boxes."""
    width, height = size
    corners = torch.rand(num_images, PEOPLE, 2) * torch.tensor([width, height]) * 0.7
    samples = []
    for top_left in corners:
        sample = DetDataSample()
        sample.gt_instances = InstanceData(
            bboxes=torch.cat([top_left, top_left + 40], dim=1),
            labels=torch.zeros(PEOPLE, dtype=torch.long),
            instances_ids=torch.arange(PEOPLE),
        )
        samples.append(sample)
    images = torch.randint(0, 256, (num_images, 3, height, width), dtype=torch.uint8)
    return {'inputs': [*images], 'data_samples': samples}


def measure(args: argparse.Namespace) -> str:
    """Run the iterations."""
    torch.manual_seed(0)
    cfg = load_config(args.config)
    cfg.model.detector.reid_head.num_ids = 500
    model = MODELS.build(cfg.model).to(args.device).train()
    batch = make_batch(cfg.input_size, cfg.train_dataloader.batch_size)
    wrapper = build_optim_wrapper(model, cfg.optim_wrapper)
    guard, exchange = LossGuardHook(), FlagExchangeHook(interval=1)
    runner: Any = SimpleNamespace(
        model=model, optim_wrapper=wrapper, hooks=[guard, exchange], iter=0, max_iters=1
    )
    exchange.before_train(runner)

    def seconds(guarded: bool) -> float:
        if guarded:
            guard.before_train(runner)
        start = time.perf_counter()
        if guarded:
            guard.before_train_iter(runner, 0, batch)
        model.train_step(batch, wrapper)
        if guarded:
            exchange.after_train_iter(runner, 0)
        if args.device != 'cpu':
            torch.cuda.synchronize()
        passed = time.perf_counter() - start
        runner.iter += 1
        guard.after_train(runner)
        return passed

    seconds(False), seconds(True)
    pairs = [
        (seconds(False), seconds(True))
        for _ in track(range(args.pairs), 'training', transient=True)
    ]
    without, with_guard = map(statistics.median, zip(*pairs, strict=True))
    extra = statistics.median(b - a for a, b in pairs)
    return (
        f'without {1e3 * without:.1f} ms, with {1e3 * with_guard:.1f} ms; difference '
        f'{1e3 * extra:+.2f} ms ({extra / without:+.2%}), median of {args.pairs} pairs'
    )


def main() -> None:
    """Run the tool."""
    args = parse_args()
    with one_line_errors():
        print(measure(args))


if __name__ == '__main__':
    main()
