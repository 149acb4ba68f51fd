"""Measure classifiers of very many identities: time and memory of a training step.

A step is forward, backward and update of the classifier alone, from embeddings of
people with random identities, on one core a process: nn.Linear with Adam, then
PartialClassifier with all identities, sampled with Adam, sampled with RowAdam, and
dealt out to processes. Each variant runs in processes of its own. peak_mb is what one
such process grew by, as the kernel of Linux counts it; kept_mb what stays between
steps: weights and the state of the optimizer. People are those of one process.
"""

import argparse
import json
import multiprocessing
import os
import resource
import tempfile
import time
from pathlib import Path
from typing import Any

os.environ['OMP_NUM_THREADS'] = '1'

import torch
import torch.distributed
import torch.nn.functional as F  # noqa: N812
from rich.console import Console
from rich.progress import track
from tabulate import tabulate
from torch import Tensor, nn

from fairmot_mm.engine import RowAdam
from fairmot_mm.models import PartialClassifier
from fairmot_mm.utils import write_text
from fairmot_mm.utils.cli import one_line_errors

WARM_UP = 2  # steps: the optimizer makes its state in the first


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        '--identities', type=int, default=340_000, help='to classify (%(default)s)'
    )
    parser.add_argument(
        '--people', type=int, default=300, help='of a batch (%(default)s)'
    )
    parser.add_argument(
        '--embed-dims', type=int, default=128, help='of an embedding (%(default)s)'
    )
    parser.add_argument(
        '--sample-ratio', type=float, default=0.1, help='of the sample (%(default)s)'
    )
    parser.add_argument(
        '--shards', type=int, default=2, help='processes to deal out to (%(default)s)'
    )
    parser.add_argument('--steps', type=int, default=5, help='timed (%(default)s)')
    parser.add_argument('--json', type=Path, help='also write the numbers here')
    args = parser.parse_args(argv)
    if min(args.identities, args.people, args.shards, args.steps) < 1:
        parser.error('--identities, --people, --shards and --steps must be 1 or more')
    return args


def variants(args: argparse.Namespace) -> dict[str, tuple[int, dict[str, Any] | None]]:
    """Processes and arguments of `PartialClassifier` (``None``: plain), by name."""
    sampled = {'sample_ratio': args.sample_ratio}
    rows = {**sampled, 'sparse_grad': True}
    return {
        'nn.Linear, Adam': (1, None),
        'all, Adam': (1, {}),
        f'{args.sample_ratio:g} sampled, Adam': (1, sampled),
        f'{args.sample_ratio:g} sampled, RowAdam': (1, rows),
        f'all, {args.shards} shards, Adam': (args.shards, {}),
        f'{args.sample_ratio:g} sampled, {args.shards} shards, RowAdam': (
            args.shards,
            rows,
        ),
    }


def resident_mb() -> float:
    """Largest resident memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def measure(
    rank: int, args: argparse.Namespace, settings: dict[str, Any] | None
) -> dict[str, float]:
    """Steps of a variant in this process."""
    start_mb = resident_mb()
    torch.manual_seed(rank)
    sizes = args.embed_dims, args.identities
    linear = PartialClassifier(*sizes, **settings) if settings is not None else None
    classifier = linear or nn.Linear(*sizes)
    sparse = (settings or {}).get('sparse_grad')
    optimizer = (RowAdam if sparse else torch.optim.Adam)(classifier.parameters())
    times = []
    for _ in range(WARM_UP + args.steps):
        embeds = F.normalize(torch.randn(args.people, args.embed_dims)).requires_grad_()
        ids = torch.randint(args.identities, (args.people,))
        start = time.perf_counter()
        loss(classifier, 18 * embeds, ids).backward()
        optimizer.step()
        optimizer.zero_grad()
        times.append(time.perf_counter() - start)
    kept = [*classifier.parameters()] + [
        value for state in optimizer.state.values() for value in state.values()
    ]
    return {
        'ms': 1e3 * torch.tensor(times[WARM_UP:]).median().item(),
        'peak_mb': resident_mb() - start_mb,
        'kept_mb': sum(value.nbytes for value in kept) / 1e6,
    }


def loss(classifier: nn.Module, embeds: Tensor, ids: Tensor) -> Tensor:
    """Mean cross-entropy of either kind of classifier."""
    if isinstance(classifier, PartialClassifier):
        return classifier(embeds, ids, slice(0, classifier.out_features)).mean()
    return F.cross_entropy(classifier(embeds), ids)


def run_process(
    rank: int,
    world_size: int,
    store: str,
    args: argparse.Namespace,
    settings: dict[str, Any] | None,
    queue: Any,
) -> None:
    """One process of a variant."""
    torch.set_num_threads(1)
    if world_size > 1:
        torch.distributed.init_process_group(
            'gloo', f'file://{store}', rank=rank, world_size=world_size
        )
    queue.put(measure(rank, args, settings))


def run_variant(
    world_size: int, args: argparse.Namespace, settings: dict[str, Any] | None
) -> dict[str, float]:
    """The slowest and largest of the processes of a variant.

    Raises:
        RuntimeError: One of them ended early; what it said is above.
    """
    context = multiprocessing.get_context('fork')
    queue = context.Queue()
    with tempfile.TemporaryDirectory() as folder:
        store = str(Path(folder, 'store'))
        processes = [
            context.Process(
                target=run_process,
                args=(rank, world_size, store, args, settings, queue),
            )
            for rank in range(world_size)
        ]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
    if any(process.exitcode for process in processes):
        raise RuntimeError('a process of the benchmark ended early')
    results = [queue.get() for _ in processes]
    return {key: max(result[key] for result in results) for key in results[0]}


def main(argv: list[str] | None = None) -> None:
    """Run the tool."""
    args = parse_args(argv)
    with one_line_errors():
        rows = [
            {'classifier': name, **run_variant(world_size, args, settings)}
            for name, (world_size, settings) in track(
                variants(args).items(), 'classifiers', console=Console(stderr=True)
            )
        ]
        print(
            f'{args.identities} identities, {args.people} people a process, '
            f'{args.embed_dims} numbers each: a step on one core a process'
        )
        print(tabulate(rows, headers='keys', floatfmt='.0f'))
        if args.json:
            result = {**vars(args), 'json': None, 'rows': rows}
            write_text(args.json, json.dumps(result, indent=2) + '\n')


if __name__ == '__main__':
    main()
