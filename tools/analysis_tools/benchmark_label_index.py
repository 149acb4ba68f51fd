"""Time the start of training on a large data set, and show the memory of its workers.

Label files of made-up people are written to a temporary folder; they are read for the
first time, again, and after one of them changed. Then the samples of an epoch pass
through workers, whose own memory (what they share with nobody, Linux only) is compared
with that after the first tenth.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from rich.progress import track
from torch.utils.data import DataLoader, Dataset, get_worker_info

from fairmot_mm.datasets import JDEDataset, SeededSampler
from fairmot_mm.utils.cli import one_line_errors

IMAGES_A_FOLDER = 1000


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--num-images', type=int, default=50_000)
    parser.add_argument('--num-people', type=int, default=8, help='boxes of an image')
    parser.add_argument('--num-workers', type=int, default=2)
    return parser.parse_args()


def write_labels(root: Path, num_images: int, num_people: int) -> list[Path]:
    """Write a list and its label files; there are no images."""
    rng = np.random.default_rng(0)
    files, lines = [], []
    for index in track(range(num_images), 'writing labels'):
        stem = f'{index // IMAGES_A_FOLDER:03d}/{index % IMAGES_A_FOLDER:06d}'
        file = root / 'set/labels_with_ids' / f'{stem}.txt'
        if index % IMAGES_A_FOLDER == 0:
            file.parent.mkdir(parents=True)
        boxes = rng.uniform(0.1, 0.9, (num_people, 4))
        file.write_text(
            ''.join(
                f'0 {person} {x:.6f} {y:.6f} {w:.6f} {h:.6f}\n'
                for person, (x, y, w, h) in enumerate(boxes)
            )
        )
        files.append(file)
        lines.append(f'set/images/{stem}.jpg\n')
    (root / 'set.train').write_text(''.join(lines))
    return files


def private_megabytes() -> float:
    """Memory of this process that it shares with no other."""
    lines = Path('/proc/self/smaps_rollup').read_text().splitlines()
    kilobytes = [int(line.split()[1]) for line in lines if line.startswith('Private_')]
    return sum(kilobytes) / 1024


class MemoryProbe(Dataset):
    """Reads samples and gives (worker, its own memory in MB).

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
        # Asking takes longer than reading.
        asked = int(index) % 50 == 0
        return worker.id if worker else 0, private_megabytes() if asked else np.nan


def memory_of_epoch(dataset: JDEDataset, num_workers: int) -> Iterator[str]:
    """Run an epoch; for every worker a line about its memory."""
    probe = MemoryProbe(dataset)
    sampler = SeededSampler(probe, shuffle=True, seed=0)
    loader = DataLoader(probe, 100, sampler=sampler, num_workers=num_workers)
    seen: dict[int, list[float]] = {}
    for workers, megabytes in loader:
        values = megabytes[~megabytes.isnan()].tolist()
        seen.setdefault(int(workers[0]), []).extend(values)
    for worker, values in sorted(seen.items()):
        early = np.median(values[len(values) // 20 : len(values) // 10 + 1])
        late = np.median(values[-len(values) // 20 :])
        yield f'worker {worker}: {early:.1f} MB of its own early, {late:.1f} MB late'


def main() -> None:
    """Run the tool."""
    args = parse_args()
    with one_line_errors(), tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        files = write_labels(root, args.num_images, args.num_people)
        time.sleep(2.1)  # files younger than that are read again
        arguments = dict(
            data_root=str(root), ann_files=['set.train'], index_dir=str(root / 'index')
        )
        for start in ('first start', 'second start', 'after one change'):
            if start == 'after one change':
                files[args.num_images // 2].write_text('')
            begin = time.perf_counter()
            dataset = JDEDataset(**arguments)
            num_images, seconds = len(dataset), time.perf_counter() - begin
            print(f'{start}: {seconds:.2f} s for {num_images} images')
        size = sum(file.stat().st_size for file in (root / 'index').iterdir())
        print(f'index: {size / 2**20:.1f} MB')
        for line in memory_of_epoch(dataset, args.num_workers):
            print(line)


if __name__ == '__main__':
    main()
