"""Measure what a run over very many small files costs beside the tracking.

    python tools/dev/archive_overhead.py FOLDER --videos 5000

The videos are files of 1 kB, and the worker publishes a text of 1 kB for each without
reading it. So what is measured is the manifest, the plan, the hand-over of jobs, the
records and the summary.
"""

import argparse
import tempfile
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

from fairmot_mm.archive.archive_folder import ArchiveFolder
from fairmot_mm.archive.manifest import read_manifest
from fairmot_mm.archive.plan import Plan
from fairmot_mm.archive.track_archive import track_archive
from fairmot_mm.archive.track_settings import TrackSettings
from fairmot_mm.archive.video_record import VideoRecord
from fairmot_mm.utils.engines.engine import Engine, Job, Result
from fairmot_mm.utils.engines.local_engine import LocalEngine
from fairmot_mm.utils.engines.worker_spec import WorkerSpec


class PublishWorker:
    """Publishes a result without tracking.

    Args:
        out: The folder of the results.
        **unused: What a `TrackWorker` needs, too.
    """

    def __init__(self, out: str, **unused: object) -> None:
        self.folder = ArchiveFolder(out)

    def __call__(self, job: Job) -> Result:
        """Publish the result of a job.

        Args:
            job: See `TrackWorker`.
        """
        record = replace(VideoRecord.of_values(job['record']), frames=1)
        with tempfile.TemporaryDirectory() as folder:
            text = Path(folder, 'text')
            text.write_bytes(bytes(1000))
            record = self.folder.publish(record, text)
        return {'frames': 1, 'record': record.values()}


class Silent:
    """Shows nothing, see `Progress`."""

    def begin(self, plan: Plan, num_workers: int) -> None:
        """Note when the plan was made."""
        self.planned = time.perf_counter()

    def advance(self, num_bytes: float, num_frames: int) -> None:
        """Do nothing."""

    def end_video(self, record: VideoRecord) -> None:
        """Do nothing."""


def start(workers: int, spec: WorkerSpec) -> Engine:
    """Start processes with the worker of this file."""
    own = f'{Path(__file__).stem}:PublishWorker'
    return LocalEngine(replace(spec, factory=own), workers)


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split('\n\n')[0])
    parser.add_argument('folder', type=Path)
    parser.add_argument('--videos', type=int, default=5000)
    parser.add_argument('--workers', type=int, default=1)
    return parser.parse_args()


def main() -> None:
    """Run the tool."""
    args = parse_args()
    videos = args.folder / 'videos'
    videos.mkdir(parents=True)
    for number in range(args.videos):
        (videos / f'{number:06d}.mp4').write_bytes(bytes(1000))
    for name in ('first', 'second'):
        begin, shown = time.perf_counter(), Silent()
        manifest = read_manifest(str(videos))
        _, totals = track_archive(
            manifest,
            str(args.folder / 'out'),
            TrackSettings(device='cpu'),
            partial(start, args.workers),
            shown,
        )
        end = time.perf_counter()
        planned = getattr(shown, 'planned', end)
        print(
            f'{name} run: {planned - begin:.2f} s to plan, {end - planned:.2f} s of '
            f'jobs, {1e3 * (end - planned) / args.videos:.2f} ms each; {totals}'
        )


if __name__ == '__main__':
    main()
