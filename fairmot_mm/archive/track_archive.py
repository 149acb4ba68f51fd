"""Tracking all videos of a manifest."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass, field, replace
from typing import Protocol

from fairmot_mm.archive.archive_folder import ArchiveFolder
from fairmot_mm.archive.manifest import ManifestVideo
from fairmot_mm.archive.plan import Plan, make_plan
from fairmot_mm.archive.summary import write_summary
from fairmot_mm.archive.track_settings import TrackSettings, identify
from fairmot_mm.archive.video_record import FAILED, VideoRecord
from fairmot_mm.utils.engines.engine import Engine, Finished, Job
from fairmot_mm.utils.engines.worker_spec import WorkerSpec

_WORKER = 'fairmot_mm.archive.track_worker:TrackWorker'


class Progress(Protocol):
    """Shows how far a run is."""

    def begin(self, plan: Plan, num_workers: int) -> None:
        """Show what is to be done.

        Args:
            plan: The plan.
            num_workers: Number of workers.
        """

    def advance(self, num_bytes: float, num_frames: int) -> None:
        """Show that a job is over.

        Args:
            num_bytes: The part of the videos that it stands for.
            num_frames: Number of frames that were tracked.
        """

    def end_video(self, record: VideoRecord) -> None:
        """Show that a video is done or has failed.

        Args:
            record: Its record.
        """


def track_archive(
    videos: Sequence[ManifestVideo],
    out: str,
    settings: TrackSettings,
    start: Callable[[WorkerSpec], Engine],
    progress: Progress,
    max_failures: int | None = None,
    overwrite: bool = False,
) -> tuple[list[VideoRecord], str]:
    """Track the videos that are not done yet, and write the summary.

    However a run ends, every result in the folder is complete, and a second run does
    only what is missing. A run in which no job has come to its end writes no summary.

    Args:
        videos: The videos of the manifest.
        out: Folder of the results, see `ArchiveFolder`.
        settings: How to track.
        start: Starts the engine.
        progress: Shows how far the run is.
        max_failures: Number of videos that may fail before the run ends early; None:
            any number.
        overwrite: Whether results of other settings may be replaced.

    Returns:
        The records of all videos, and the totals in one line.

    Raises:
        NameTakenError: See `make_plan`, or another run is writing to the folder.
        UserInputError: The model cannot be built, or a file cannot be written.
    """
    folder = ArchiveFolder(out)
    settings = settings.resolved()
    identity = identify(settings)
    split = None
    if settings.chunk_seconds is not None:
        split = [settings.chunk_seconds, settings.shared_seconds]
    with folder.lock(), ExitStack() as stack:
        plan = make_plan(videos, folder, identity, split, overwrite)
        run = _Run(folder, plan, progress, max_failures)
        engine = None
        if plan.todo and not run.is_enough:
            arguments = {
                'out': out,
                'settings': asdict(settings),
                'weights_sha256': identity.weights,
            }
            # An engine that cannot start leaves the folder as it was.
            engine = start(WorkerSpec(_WORKER, arguments))
            stack.enter_context(closing(engine))
        folder.sweep({record.name for record in plan.todo})
        folder.write_settings(identity)
        for record in plan.failed:
            folder.write_record(record)
        try:
            if engine is not None:
                progress.begin(plan, engine.num_workers)
                run.work(engine)
            for name in {*folder.videos_with_chunks()} & {*run.done}:
                folder.remove_chunks(name)  # a run was killed before it could
        except BaseException:
            if run.has_begun:
                write_summary(folder, run.records())
            raise
        records = run.records()
        return records, write_summary(folder, records)


@dataclass
class _Run:
    """What has happened so far in a run.

    Attributes:
        folder: The folder of the results.
        plan: What is to be done.
        progress: Shows how far the run is.
        max_failures: See `track_archive`.
        done: Records of the videos that are done.
        failed: Records of those that failed.
        chunks: Chunks of the videos that are being tracked in chunks.
        missing: Those of them that are not tracked yet.
        has_begun: Whether a job is over. Before that, a summary has nothing to say.
    """

    folder: ArchiveFolder
    plan: Plan
    progress: Progress
    max_failures: int | None
    done: dict[str, VideoRecord] = field(init=False)
    failed: dict[str, VideoRecord] = field(init=False)
    chunks: dict[str, list[list[int]]] = field(default_factory=dict)
    missing: dict[str, int] = field(default_factory=dict)
    has_begun: bool = False

    def __post_init__(self) -> None:
        self.done = {record.name: record for record in self.plan.done}
        self.failed = {record.name: record for record in self.plan.failed}

    @property
    def is_enough(self) -> bool:
        """Whether more videos have failed than may."""
        return self.max_failures is not None and len(self.failed) > self.max_failures

    def records(self) -> list[VideoRecord]:
        """The records of all videos."""
        known = self.done | self.failed
        rest = [each for each in self.plan.todo if each.name not in known]
        return [*known.values(), *rest]

    def work(self, engine: Engine) -> None:
        """Do all jobs, and those that follow from them."""
        for record in self.plan.todo:
            engine.submit(self._job(record))
        for finished in engine.finished():
            self.has_begun = True
            for job in self._follow(finished):
                engine.submit(job)
            if self.is_enough:
                return

    def _follow(self, finished: Finished) -> list[Job]:
        """Note what has become of a job; give the jobs that follow from it."""
        record = VideoRecord.of_values(finished.job['record'])
        size, result = self.plan.sizes[record.name], finished.result
        if result is None:
            self._fail(record, finished.error)
            return []
        if 'missing' in result:
            return self._split(record, result['chunks'], result['missing'])
        if 'chunk' in finished.job:
            part = size / len(self.chunks[record.name])
            self.progress.advance(part, result['frames'])
            self.missing[record.name] -= 1
            return self._join_if_complete(record)
        self._end(VideoRecord.of_values(result['record']))
        whole = 'chunks' not in finished.job
        self.progress.advance(size if whole else 0, result['frames'])
        return []

    def _split(
        self, record: VideoRecord, chunks: list[list[int]], missing: list[list[int]]
    ) -> list[Job]:
        self.chunks[record.name] = chunks
        self.missing[record.name] = len(missing)
        done = 1 - len(missing) / len(chunks)
        self.progress.advance(done * self.plan.sizes[record.name], 0)
        jobs = [self._job(record, chunk=chunk) for chunk in missing]
        return jobs or self._join_if_complete(record)

    def _join_if_complete(self, record: VideoRecord) -> list[Job]:
        if self.missing[record.name] or record.name in self.failed:
            return []
        return [self._job(record, chunks=self.chunks[record.name])]

    def _job(self, record: VideoRecord, **part: object) -> Job:
        source = self.plan.sources[record.name]
        return {'record': record.values(), 'source': source, **part}

    def _fail(self, record: VideoRecord, error: str | None) -> None:
        if record.name in self.failed:  # another chunk of it
            return
        record = replace(record, state=FAILED, error=error)
        self.folder.write_record(record)
        self.failed[record.name] = record
        self.progress.advance(self.plan.sizes[record.name], 0)
        self.progress.end_video(record)

    def _end(self, record: VideoRecord) -> None:
        self.done[record.name] = record
        self.progress.end_video(record)
