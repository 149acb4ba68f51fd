"""Tracks the videos of a manifest, with a progress bar for all workers."""

import argparse
import os
from functools import partial

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from fairmot_mm.archive.manifest import import_parquet, read_manifest
from fairmot_mm.archive.plan import Plan
from fairmot_mm.archive.track_archive import track_archive
from fairmot_mm.archive.track_settings import TrackSettings
from fairmot_mm.archive.video_record import FAILED, VideoRecord
from fairmot_mm.utils import DataError
from fairmot_mm.utils.engines.start_engine import start_engine, worker_options
from fairmot_mm.utils.urls import is_url, local_path


class ArchiveBar:
    """A bar of the bytes that are done, with frames a second over all workers."""

    def __init__(self) -> None:
        self._bar = Progress(
            TextColumn('{task.description}'),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn('{task.fields[videos]}, {task.fields[frames]} frames'),
            TextColumn('{task.fields[rate]:.1f} fps'),
            TimeElapsedColumn(),
            TimeRemainingColumn(elapsed_when_finished=True),
            console=Console(stderr=True),
        )
        self._videos, self._total, self._frames = 0, 0, 0

    def __enter__(self) -> 'ArchiveBar':
        return self

    def __exit__(self, *error: object) -> None:
        self._bar.stop()

    def begin(self, plan: Plan, num_workers: int) -> None:
        """Show what is to be done, see `Progress`."""
        self._total = len(plan.todo)
        self._task = self._bar.add_task(
            f'{num_workers} worker{"s" if num_workers > 1 else ""}',
            total=sum(plan.sizes.values()),
            videos=self._count(),
            frames=0,
            rate=0.0,
        )
        self._bar.start()

    def advance(self, num_bytes: float, num_frames: int) -> None:
        """Show that a job is over, see `Progress`."""
        self._frames += num_frames
        elapsed = self._bar.tasks[0].elapsed or 0.0
        rate = self._frames / elapsed if elapsed else 0.0
        self._bar.update(self._task, advance=num_bytes, frames=self._frames, rate=rate)

    def end_video(self, record: VideoRecord) -> None:
        """Show that a video is done or has failed, see `Progress`."""
        self._videos += 1
        self._bar.update(self._task, videos=self._count())
        if record.state == FAILED:
            self._bar.print(escape(f'failed: {record.name}: {record.error}'))

    def _count(self) -> str:
        return f'{self._videos} of {self._total} videos'


def track_many(args: argparse.Namespace) -> None:
    """Track the videos, and say what was done.

    Raises:
        DataError: Videos have failed.
        UserInputError: See `track_archive`.
    """
    import_parquet()  # a missing package is told before hours of work
    videos = read_manifest(args.manifest)
    settings = TrackSettings(
        model=_from_the_root(args.model),
        checkpoint=_from_the_root(args.weights),
        device=args.device,
        cfg_options=worker_options(args),
        batch_size=args.batch_size,
        detect_every=args.detect_every,
        frame_rate=args.fps,
        on_error=args.on_error,
        chunk_seconds=None if args.no_split else args.chunk_seconds,
        shared_seconds=args.shared_seconds,
    )
    out = local_path(args.out)
    is_remote = is_url(out)
    out = out if is_remote else os.path.abspath(out)
    slurm_folder = None if is_remote else os.path.join(out, 'records', 'slurm')
    with ArchiveBar() as bar:
        records, totals = track_archive(
            videos,
            out,
            settings,
            partial(start_engine, args, slurm_folder),
            bar,
            args.max_failures,
            args.overwrite,
        )
    print(totals)
    failed = [record for record in records if record.state == FAILED]
    if failed:
        rest = ''
        if args.max_failures is not None and len(failed) > args.max_failures:
            rest = f' (--max-failures {args.max_failures}: the run has ended early)'
        raise DataError(
            f'{len(failed)} of {len(records)} videos failed{rest}, for example '
            f'{failed[0].name}: {failed[0].error}; summary.txt lists all'
        )


def _from_the_root(path: str | None) -> str | None:
    """A file as workers find it, which may have another current folder."""
    return os.path.abspath(path) if path and os.path.isfile(path) else path
