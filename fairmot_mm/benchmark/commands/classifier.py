"""Measure classifiers of very many identities: time and memory of a training step.

A step is forward, backward and update of the classifier alone, from embeddings of
people with random identities, on one core a process: nn.Linear with Adam, then
PartialClassifier with all identities, sampled with Adam, sampled with RowAdam, and
split among processes. Each variant runs in processes of its own. "peak MB" is what one
process grew by; "kept MB" is what stays between steps: weights and the state of the
optimizer. Every process has --people of its own.
"""

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
from fairmot_mm.utils.cli import add_number_arguments, show_progress
from fairmot_mm.utils.machine import describe_machine, machine_line, peak_memory

WARM_UP = 2  # steps: the optimizer makes its state in the first one

Sizes = tuple[int, int, int, int]  # identities, people, numbers of an embedding, steps


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the sub-command."""
    add_number_arguments(
        parser,
        identities=(340_000, 'number of identities'),
        people=(300, 'number of people in a batch'),
        embed_dims=(128, 'length of an embedding'),
        sample_ratio=(0.1, 'share of the identities in a sample'),
        shards=(2, 'number of processes that share the identities'),
        steps=(5, 'number of timed steps'),
    )


def run(args: argparse.Namespace, report: Report) -> None:
    """Measure and report."""
    sizes = args.identities, args.people, args.embed_dims, args.steps
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
        {'classifier': name, **_measure(num_processes, sizes, settings)}
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
    num_processes: int, sizes: Sizes, settings: dict[str, Any] | None
) -> dict[str, float]:
    """Measure in processes of its own; of each number the largest is given."""
    with tempfile.TemporaryDirectory() as folder:
        store = f'file://{Path(folder, "store")}'
        results = call_in_processes(
            _measure_steps,
            [
                (rank, num_processes, store, sizes, settings)
                for rank in range(num_processes)
            ],
        )
    return {key: max(result[key] for result in results) for key in results[0]}


def _measure_steps(
    rank: int,
    num_processes: int,
    store: str,
    sizes: Sizes,
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
    identities, people, embed_dims, num_steps = sizes
    if settings is None:
        classifier: nn.Module = nn.Linear(embed_dims, identities)
    else:
        classifier = PartialClassifier(embed_dims, identities, **settings)
    sparse = (settings or {}).get('sparse_grad')
    optimizer = (RowAdam if sparse else torch.optim.Adam)(classifier.parameters())
    times = []
    for _ in range(WARM_UP + num_steps):
        embeds = F.normalize(torch.randn(people, embed_dims)).requires_grad_()
        ids = torch.randint(identities, (people,))
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
