"""Which videos of an archive have to be tracked, and which are done."""

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from fairmot_mm.archive.archive_folder import SUMMARY, ArchiveFolder
from fairmot_mm.archive.archive_video import stamp_of
from fairmot_mm.archive.manifest import ManifestVideo
from fairmot_mm.archive.track_settings import Identity, differences
from fairmot_mm.archive.video_record import DONE, FAILED, WRITING, VideoRecord
from fairmot_mm.utils import DataError, UserInputError
from fairmot_mm.utils.errors import NameTakenError
from fairmot_mm.utils.urls import local_path, without_secrets
from fairmot_mm.video.source_names import number_names

# Stores answer many questions at the same time.
_QUESTIONS = 32


@dataclass(frozen=True)
class Plan:
    """What is to be done.

    Attributes:
        todo: Videos to track, the largest first, so that none is left at the end.
        done: Videos that are done already.
        failed: Videos that cannot be tracked.
        sizes: Bytes of each video to track, by name.
        sources: Path or address of each, with its secrets, by name.
    """

    todo: list[VideoRecord]
    done: list[VideoRecord]
    failed: list[VideoRecord]
    sizes: dict[str, int]
    sources: dict[str, str]


def make_plan(
    videos: Sequence[ManifestVideo],
    folder: ArchiveFolder,
    identity: Identity,
    split: list[float] | None,
    overwrite: bool,
) -> Plan:
    """Compare a manifest with the results that are there.

    A result counts as done if its record says so, for this video as it is now and for
    these settings. A video that was tracked as a whole is done also where it would be
    split now, because splitting is only a way to the same result.

    Args:
        videos: The videos of the manifest.
        folder: The folder of the results.
        identity: What results depend on.
        split: Seconds of a chunk and of what it shares; None: no video is split.
        overwrite: Whether other results may be replaced.

    Returns:
        The plan.

    Raises:
        NameTakenError: There is a result of other settings, of another video, or one
            that this command did not write, and it may not be replaced.
        DataError: A record cannot be read, or a name is given to two videos.
    """
    records, sizes = folder.read_records(), folder.result_sizes()
    names = _choose_names(videos, records)
    with ThreadPoolExecutor(_QUESTIONS) as threads:
        states = [*threads.map(lambda video: _ask(video.source), videos)]
    plan = Plan([], [], [], {}, {})
    for video, name, (stamp, size, error) in zip(videos, names, states, strict=True):
        shown = without_secrets(video.source)
        new = VideoRecord(
            name, shown, WRITING, stamp, identity.digest, identity.weights
        )
        new = replace(new, split=split)
        old = records.get(name)
        if error is not None and old is not None:
            new = replace(new, stamp=old.stamp)  # a video may be gone once it is done
        if old is not None and _is_done(old, new, sizes):
            plan.done.append(old)
            continue
        if not overwrite and name in sizes:
            _require_own(old, new, folder, identity)
        if error is not None:
            plan.failed.append(replace(new, state=FAILED, error=error))
        else:
            plan.todo.append(new)
            plan.sizes[name], plan.sources[name] = size, video.source
    plan.todo.sort(key=lambda record: -plan.sizes[record.name])
    return plan


def _is_done(old: VideoRecord, new: VideoRecord, sizes: dict[str, int]) -> bool:
    return (
        old.state == DONE
        and sizes.get(old.name) == old.num_bytes
        and not _reasons(old, new)
    )


def _reasons(old: VideoRecord, new: VideoRecord) -> list[str]:
    """Why an old result is not the one that is asked for."""
    return [
        reason
        for reason, applies in (
            (f'it is of {old.source}', old.source != new.source),
            ('the video has changed since', old.stamp != new.stamp),
            ('its settings were others', old.settings != new.settings),
            ('it was split in another way', old.chunks and old.split != new.split),
        )
        if applies
    ]


def _require_own(
    old: VideoRecord | None, new: VideoRecord, folder: ArchiveFolder, identity: Identity
) -> None:
    """Refuse to replace a result, unless it is one that was not finished."""
    file = folder.storage.address(f'{new.name}.txt')
    if old is None:
        reasons = ['this command did not write it']
    elif old.state == WRITING:
        return
    else:
        reasons = _reasons(old, new)
        if old.settings != new.settings:
            before = folder.read_settings(old.settings)
            reasons.append(differences(before, identity.content))
        if not reasons and old.state == DONE:
            reasons = ['somebody has changed it']
    if reasons:
        raise NameTakenError(
            f'{file} exists, and {"; ".join(reasons)}: choose another folder, or '
            '--overwrite to replace it'
        )


def _ask(source: str) -> tuple[str, int, str | None]:
    """Stamp and size of a video, or what is wrong with it."""
    try:
        return *stamp_of(source), None
    except UserInputError as error:
        return '', 0, str(error)


def _choose_names(
    videos: Sequence[ManifestVideo], records: dict[str, VideoRecord]
) -> list[str]:
    """Names of the results; a video keeps the one that it has in the records."""
    known = {record.source: name for name, record in records.items()}
    chosen = [
        video.name or known.get(without_secrets(video.source)) for video in videos
    ]
    fixed = [name for name in chosen if name is not None]
    twice = Counter(fixed).most_common(1)
    if twice and twice[0][1] > 1:
        raise DataError(
            f'two videos of the manifest have results called {twice[0][0]}: name them '
            'in the column name'
        )
    taken = [*dict.fromkeys([SUMMARY, *fixed, *records])]
    stems = [
        # A hidden file would not be listed among the results.
        PurePosixPath(local_path(video.source)).stem.lstrip('.') or 'video'
        for video, name in zip(videos, chosen, strict=True)
        if name is None
    ]
    new = iter(number_names([*taken, *stems])[len(taken) :])
    return [name or next(new) for name in chosen]
