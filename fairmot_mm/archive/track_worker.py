"""Tracks one video, or a chunk of one, after the other with one model."""

import platform
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from fairmot_mm.apis import TrackInferencer, build_component
from fairmot_mm.archive.archive_folder import ArchiveFolder
from fairmot_mm.archive.archive_video import ArchiveVideo
from fairmot_mm.archive.chunks import Chunk
from fairmot_mm.archive.join_chunks import JoinedTracks
from fairmot_mm.archive.track_settings import TrackSettings, sha256_of
from fairmot_mm.archive.video_record import VideoRecord
from fairmot_mm.models.trackers import ChunkJoin, JDETracker
from fairmot_mm.registry import TASK_UTILS
from fairmot_mm.utils import CheckpointError
from fairmot_mm.utils.contracts import require_contract
from fairmot_mm.utils.engines.engine import Job, Result
from fairmot_mm.utils.tracker import Tracker
from fairmot_mm.video.frame_source import FrameSource


class TrackWorker:
    """Does the jobs of a run over an archive; each publishes what it has done.

    A job has the ``source`` of its video and its `VideoRecord` in ``record``. With
    ``chunk`` it tracks these frames. With ``chunks`` it joins all of them. Otherwise it
    tracks the video, or, where that is long, only says into which ``chunks`` it has to
    be split and which of them are ``missing``.

    Args:
        out: The folder of the results, see `ArchiveFolder`.
        settings: Fields of `TrackSettings`.
        weights_sha256: SHA-256 that the weights must have.

    Raises:
        CheckpointError: The weights on this machine are others.
        UserInputError: The model cannot be built.
    """

    def __init__(
        self, out: str, settings: dict[str, Any], weights_sha256: str | None
    ) -> None:
        self.settings = TrackSettings(**settings)
        self.folder = ArchiveFolder(out)
        if sha256_of(self.settings.checkpoint) != weights_sha256:
            raise CheckpointError(
                f'{self.settings.checkpoint} on {platform.node()} has other weights '
                'than where the run was started: copy the file there'
            )
        self.inferencer = TrackInferencer(
            self.settings.model,
            self.settings.checkpoint,
            self.settings.device,
            self.settings.cfg_options,
            self.settings.batch_size,
            detect_every=self.settings.detect_every,
        )
        own = self.inferencer.model.cfg.get('chunk_join') or {}
        join = {'type': 'ChunkJoin', **own}
        self.join: ChunkJoin = build_component(join, TASK_UTILS, 'chunk_join')
        require_contract(self.join, ChunkJoin, 'chunk_join')

    def __call__(self, job: Job) -> Result:
        """Do a job.

        Args:
            job: See `TrackWorker`.

        Returns:
            ``frames``: number of frames that were tracked; ``record``: that of a result
            which got its name; ``chunks`` and ``missing``: see `TrackWorker`.

        Raises:
            VideoError: The video cannot be read.
            DataError: An image or a store cannot be read.
            OutputError: The result cannot be written.
        """
        record = VideoRecord.of_values(job['record'])
        video = ArchiveVideo(
            job['source'],
            self.settings.frame_rate,
            self.settings.on_error,
            self.inferencer.prepare.scale,
        )
        if 'chunks' in job:
            return self._join(record, video, [Chunk(*each) for each in job['chunks']])
        if 'chunk' in job:
            return self._track_chunk(record, video, Chunk(*job['chunk']))
        chunks = self._split(record, video)
        if not chunks:
            return self._track_whole(record, video)
        done = self.folder.read_chunks(record)
        return {'frames': 0, 'chunks': chunks, 'missing': sorted({*chunks} - {*done})}

    def _split(self, record: VideoRecord, video: ArchiveVideo) -> list[Chunk]:
        seconds = self.settings.chunk_seconds
        if seconds is None:
            return []
        with video.open() as opened:
            memory = _memory(self.inferencer.model.tracker, float(opened.frame_rate))
        if memory is None:
            return []
        chunks = video.split(seconds, self.settings.shared_seconds, memory)
        if chunks and video.index is not None:
            self.folder.write_index(record, video.index)
        return chunks

    def _track_whole(self, record: VideoRecord, video: ArchiveVideo) -> Result:
        with video.open() as source, _scratch() as folder:
            record, text = self._track(record, source, folder)
            record = self.folder.publish(record, text)
        return {'frames': record.frames, 'record': record.values()}

    def _track_chunk(
        self, record: VideoRecord, video: ArchiveVideo, chunk: Chunk
    ) -> Result:
        if not video.is_folder:
            video = replace(video, known_index=self.folder.read_index(record))
        with video.open_chunk(chunk) as source, _scratch() as folder:
            record, text = self._track(record, source, folder)
            self.folder.publish_chunk(chunk, record, text)
        return {'frames': record.frames}

    def _track(
        self, record: VideoRecord, source: FrameSource, folder: Path
    ) -> tuple[VideoRecord, Path]:
        """Track frames into a file of the folder."""
        start = time.perf_counter()
        boxes, num_frames = 0, 0
        people: set[int] = set()
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter('always', UserWarning)
            run = self.inferencer(source, folder, save_video=False)
            for sample in run:
                ids = sample.pred_track_instances.instances_id.tolist()
                people.update(ids)
                boxes, num_frames = boxes + len(ids), num_frames + 1
        texts = {str(each.message) for each in said if each.category is UserWarning}
        record = replace(
            record,
            frames=num_frames,
            boxes=boxes,
            people=len(people),
            seconds=round(time.perf_counter() - start, 3),
            warnings=tuple(sorted(texts)),
            host=platform.node(),
            finished=_now(),
        )
        return record, run.written[0].path

    def _join(
        self, record: VideoRecord, video: ArchiveVideo, chunks: list[Chunk]
    ) -> Result:
        start = time.perf_counter()
        done = self.folder.read_chunks(record)
        with _scratch() as folder:
            text = folder / 'joined.txt'
            with text.open('wb') as file:
                joined = JoinedTracks(self.join, file)
                for chunk in chunks:
                    joined.add(
                        self.folder.read_chunk(record, chunk), video.last_number(chunk)
                    )
            spent = sum(each.seconds for each in done.values())
            record = replace(
                record,
                chunks=[[*each] for each in chunks],
                frames=chunks[-1].stop,
                boxes=joined.num_boxes,
                people=joined.num_people,
                seconds=round(spent + time.perf_counter() - start, 3),
                warnings=tuple(sorted({w for d in done.values() for w in d.warnings})),
                host=platform.node(),
                finished=_now(),
            )
            record = self.folder.publish(record, text)
        self.folder.remove_chunks(record.name)
        return {'frames': 0, 'record': record.values()}


def _memory(tracker: Tracker | None, frame_rate: float) -> int | None:
    """Frames for which a tracker keeps a lost track; None if there is no limit.

    Only `JDETracker` says it; a video of another tracker stays whole.
    """
    if not isinstance(tracker, JDETracker) or tracker.parts.gallery is not None:
        return None
    return tracker.max_lost(max(1, round(frame_rate)))


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec='seconds')


@contextmanager
def _scratch() -> Iterator[Path]:
    """A folder on the disk of this machine for a result that is being made."""
    with tempfile.TemporaryDirectory(prefix='fairmot-') as folder:
        yield Path(folder)
