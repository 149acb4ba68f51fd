"""Measure classifiers of very many identities: time and memory of a training step."""

import argparse
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import torch
import torch.distributed
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from fairmot_mm.benchmark.process import call_in_processes
from fairmot_mm.benchmark.report import Report
from fairmot_mm.engine import RowAdam
from fairmot_mm.models import PartialClassifier
from fairmot_mm.utils.cli import show_progress
from fairmot_mm.utils.machine import describe_machine, machine_line, peak_memory

WARM_UP = 2  # steps: the optimizer makes its state in the first one


def run(args: argparse.Namespace, report: Report) -> None:
    """Measure and report."""
    sampled = {'sample_ratio': args.sample_ratio}
    by_row = {**sampled, 'sparse_grad': True}
    share, shards = f'{args.sample_ratio:g} sampled', f'{args.shards} shards'
    variants: dict[str, tuple[int, dict[str, Any] | None]] = {
        'nn.Linear, Adam': (1, None),
        'all, Adam': (1, {}),
        f'{share}, Adam': (1, sampled),
        f'{share}, RowAdam': (1, by_row),
        f'all, {shards}, Adam': (args.shards, {}),
        f'{share}, {shards}, RowAdam': (args.shards, by_row),
    }
    rows = [
        {'classifier': name, **_measure(num_processes, args, settings)}
        for name, (num_processes, settings) in show_progress(
            variants.items(), 'classifiers'
        )
    ]
    about = (
        f'{args.identities} identities, {args.people} people a process, '
        f'{args.embed_dims} numbers each, median of {args.steps} steps on one core a '
        f'process; {machine_line({**describe_machine(), "threads": 1})}.'
    )
    report.publish([rows], about, rows)


def _measure(
    num_processes: int, args: argparse.Namespace, settings: dict[str, Any] | None
) -> dict[str, float]:
    """Measure in new processes; return the largest value of each number."""
    with tempfile.TemporaryDirectory() as folder:
        store = f'file://{Path(folder, "store")}'
        calls = [
            (rank, num_processes, store, args, settings)
            for rank in range(num_processes)
        ]
        results = call_in_processes(_measure_steps, calls)
    return {key: max(result[key] for result in results) for key in results[0]}


def _measure_steps(
    rank: int,
    num_processes: int,
    store: str,
    args: argparse.Namespace,
    settings: dict[str, Any] | None,
) -> dict[str, float]:
    """Measure training steps in this process; settings None stand for nn.Linear."""
    if num_processes > 1:
        torch.distributed.init_process_group(
            'gloo', store, rank=rank, world_size=num_processes
        )
    torch.nn.Linear(2, 2)(torch.ones(2)).sum().backward()  # libraries are loaded
    start_memory = peak_memory()
    torch.manual_seed(rank)
    if settings is None:
        classifier: nn.Module = nn.Linear(args.embed_dims, args.identities)
    else:
        classifier = PartialClassifier(args.embed_dims, args.identities, **settings)
    sparse = settings and settings.get('sparse_grad')
    optimizer = (RowAdam if sparse else torch.optim.Adam)(classifier.parameters())
    times = []
    for _ in range(WARM_UP + args.steps):
        embeds = F.normalize(torch.randn(args.people, args.embed_dims)).requires_grad_()
        ids = torch.randint(args.identities, (args.people,))
        start = time.perf_counter()
        _cross_entropy(classifier, 18 * embeds, ids).backward()
        optimizer.step()
        optimizer.zero_grad()
        times.append(time.perf_counter() - start)
    kept = [*classifier.parameters()] + [
        value for state in optimizer.state.values() for value in state.values()
    ]
    if num_processes > 1:
        torch.distributed.destroy_process_group()
    return {
        'ms': 1e3 * statistics.median(times[WARM_UP:]),
        'peak MB': (peak_memory() - start_memory) / 1e6,
        'kept MB': sum(value.nbytes for value in kept) / 1e6,
    }


def _cross_entropy(classifier: nn.Module, embeds: Tensor, ids: Tensor) -> Tensor:
    """Compute the mean cross-entropy of either kind of classifier."""
    if isinstance(classifier, PartialClassifier):
        return classifier(embeds, ids, slice(0, classifier.out_features)).mean()
    return F.cross_entropy(classifier(embeds), ids)
