"""Time the start of a training on a large data set, and the memory of its workers."""

import argparse
import os
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from torch.utils.data import DataLoader, Dataset, get_worker_info

from fairmot_mm.benchmark.report import Report
from fairmot_mm.datasets import JDEDataset, SeededSampler
from fairmot_mm.utils.cli import show_progress
from fairmot_mm.utils.machine import describe_machine, machine_line, unshared_memory

IMAGES_A_FOLDER = 1000


def run(args: argparse.Namespace, report: Report) -> None:
    """Measure and report."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        files = _write_labels(root, args.num_images, args.num_people)
        seconds = {name: _time_start(root) for name in ('first start', 'second start')}
        files[args.num_images // 2].write_text('')
        seconds['after one change'] = _time_start(root)
        size = sum(file.stat().st_size for file in (root / 'index').iterdir())
        memory = _memory_of_epoch(_open_dataset(root), args.num_workers)
    starts = [{'start of a training': name, 's': s} for name, s in seconds.items()]
    about = (
        f'{args.num_images} images with {args.num_people} people each, index of '
        f'{size / 1e6:.1f} MB; {machine_line(describe_machine())}.'
    )
    numbers = {'seconds': seconds, 'index_mb': size / 1e6, 'workers': memory}
    report.publish([starts, memory] if memory else [starts], about, numbers)


def _write_labels(root: Path, num_images: int, num_people: int) -> list[Path]:
    """Write a list and its label files; there are no images."""
    rng = np.random.default_rng(0)
    files, lines = [], []
    past = time.time() - 60
    for index in show_progress(range(num_images), 'writing labels'):
        stem = f'{index // IMAGES_A_FOLDER:03d}/{index % IMAGES_A_FOLDER:06d}'
        file = root / 'set/labels_with_ids' / f'{stem}.txt'
        if index % IMAGES_A_FOLDER == 0:
            file.parent.mkdir(parents=True)
        boxes = rng.uniform(0.1, 0.9, (num_people, 4))
        rows = np.column_stack([np.zeros(num_people), np.arange(num_people), boxes])
        np.savetxt(file, rows, 2 * ['%d'] + 4 * ['%.6f'])
        # Files that changed in the last seconds would be read again in any case.
        os.utime(file, (past, past))
        files.append(file)
        lines.append(f'set/images/{stem}.jpg\n')
    (root / 'set.train').write_text(''.join(lines))
    return files


def _open_dataset(root: Path) -> JDEDataset:
    """Open the data set of `write_labels`, with its index in the same folder."""
    return JDEDataset(
        data_root=str(root), ann_files=['set.train'], index_dir=str(root / 'index')
    )


def _time_start(root: Path) -> float:
    """Measure the seconds until the length of the data set is known."""
    start = time.perf_counter()
    len(_open_dataset(root))
    return time.perf_counter() - start


class MemoryProbe(Dataset):
    """Reads samples and gives (number of the worker, its unshared memory in MB).

    Args:
        dataset: The samples.
    """

    def __init__(self, dataset: JDEDataset) -> None:
        self.dataset = dataset

    def __len__(self) -> int:
        return len(self.dataset)

    def __getitem__(self, index: int) -> tuple[int, float]:
        self.dataset[index]
        worker = get_worker_info()
        # Measuring takes longer than reading a sample.
        memory = unshared_memory() / 1e6 if index % 50 == 0 else np.nan
        return worker.id if worker else 0, memory


def _memory_of_epoch(dataset: JDEDataset, num_workers: int) -> list[dict[str, Any]]:
    """Read an epoch; give a row about the unshared memory of every worker."""
    probe = MemoryProbe(dataset)
    sampler = SeededSampler(probe, shuffle=True, seed=0)
    loader = DataLoader(probe, 100, sampler=sampler, num_workers=num_workers)
    seen: dict[int, list[float]] = {}
    for workers, megabytes in loader:
        values = megabytes[~megabytes.isnan()].tolist()
        seen.setdefault(int(workers[0]), []).extend(values)
    rows = []
    for worker, values in sorted(seen.items()):
        twentieth = len(values) // 20
        early, late = values[twentieth : 2 * twentieth + 1], values[-twentieth - 1 :]
        rows.append(
            {
                'worker': worker,
                'early MB': float(np.median(early)),
                'late MB': float(np.median(late)),
            }
        )
    return rows
