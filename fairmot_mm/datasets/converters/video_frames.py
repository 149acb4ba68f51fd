"""Writing the frames of a video as a sequence folder."""

import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path

import cv2
from rich.progress import track

from fairmot_mm.utils import ConfigError, OutputError, require_writable_dir, write_text
from fairmot_mm.utils.claim_output import claim_output
from fairmot_mm.utils.sequence import write_seqinfo
from fairmot_mm.utils.text_files import read_text
from fairmot_mm.video.frame_source import FrameSource, open_source
from fairmot_mm.video.source_names import number_names

# Says of which video the frames of a folder are.
_SOURCE_FILE = 'source.txt'
_LOOK = 2**20  # bytes at the beginning and the end of a video that tell it apart


def extract_frames(
    video: str | Path,
    out: str | Path,
    *,
    frame_rate: float | None = None,
    show_progress: bool = False,
) -> tuple[Path, int]:
    """Write ``OUT/NAME/img1/000001.jpg`` and so on, and ``OUT/NAME/seqinfo.ini``.

    The frames of a folder of images keep the numbers that `frame_numbers` gives them.

    The folder appears once all frames are written. If it exists and has the frames of
    this video at this rate, nothing is done.

    Args:
        video: A video file, or anything else that `open_source` opens.
        out: Folder of the sequences. NAME is the name of the file without its ending.
        frame_rate: Frames per second; None takes the rate of the video.
        show_progress: Draw a progress bar.

    Returns:
        The sequence folder, and the number of frames that were written by this call.

    Raises:
        VideoError: The video cannot be opened.
        OutputError: ``out`` cannot be written, or has a folder of this name that is no
            sequence, or that has frames of another video or for another rate.
    """
    source = open_source(video, frame_rate)
    folder = require_writable_dir(out) / source.name
    description = _describe(source)
    if folder.exists():
        if not (folder / 'seqinfo.ini').is_file():
            raise OutputError(
                f'{folder} exists and is no sequence (it has no seqinfo.ini); choose '
                'another folder'
            )
        note = folder / _SOURCE_FILE
        if not note.is_file() or read_text(note) != description:
            raise OutputError(
                f'{folder} has the frames of another video or for another frame rate, '
                f'or does not say of which ({_SOURCE_FILE}); remove it, or choose '
                'another folder'
            )
        return folder, 0
    with claim_output(folder):
        return folder, _extract(source, folder, description, show_progress)


def _describe(source: FrameSource) -> str:
    """Name, rate, and size and digest of each file of a source, in lines."""
    lines = [f'{source.name} {float(source.frame_rate):g}']
    for path in sorted(source.files):
        size = path.stat().st_size
        with path.open('rb') as file:
            digest = hashlib.sha256(file.read(_LOOK))
            file.seek(max(0, size - _LOOK))
            digest.update(file.read(_LOOK))
        lines.append(f'{path.name} {size} {digest.hexdigest()}')
    return '\n'.join(lines) + '\n'


def _extract(
    source: FrameSource, folder: Path, description: str, show_progress: bool
) -> int:
    """Write all frames, then give the folder its name; number of frames."""
    staging = folder.with_name(f'.{source.name}.part')
    shutil.rmtree(staging, ignore_errors=True)
    images: list[Path] = []
    size = 0, 0
    try:
        (staging / 'img1').mkdir(parents=True)
        for frame in track(
            source.frames,
            total=source.length,
            description=source.name,
            disable=not show_progress,
        ):
            number = len(images) + 1 if frame.number is None else frame.number
            images.append(staging / 'img1' / f'{number:06d}.jpg')
            size = frame.image.shape[1], frame.image.shape[0]
            if not cv2.imwrite(str(images[-1]), frame.image):
                raise OutputError(f'{images[-1]} cannot be written: is the disk full?')
        write_seqinfo(staging, source.name, float(source.frame_rate), size, images)
        write_text(staging / _SOURCE_FILE, description)
        staging.replace(folder)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return len(images)


def require_different_names(videos: Sequence[str]) -> None:
    """Refuse two videos of one name, whose frames would have one folder.

    Args:
        videos: Video files.

    Raises:
        ConfigError: There are such videos.
    """
    numbered = number_names([Path(video).stem for video in videos])
    for video, name in zip(videos, numbered, strict=True):
        if name != Path(video).stem:
            raise ConfigError(
                f'another video is called like {video}, and their frames would have '
                'one folder; run the tool for each of them, with different --out'
            )
