"""Writing the frames of a video as a sequence folder."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import cv2
from rich.progress import track

from fairmot_mm.utils import ConfigError, OutputError, require_writable_dir
from fairmot_mm.utils.claim_output import claim_output
from fairmot_mm.utils.sequence import write_seqinfo
from fairmot_mm.video.frame_source import FrameSource, open_source
from fairmot_mm.video.source_names import number_names


def extract_frames(
    video: str | Path,
    out: str | Path,
    *,
    frame_rate: float | None = None,
    show_progress: bool = False,
) -> tuple[Path, int]:
    """Write ``OUT/NAME/img1/000001.jpg`` and so on, and ``OUT/NAME/seqinfo.ini``.

    The frames of a folder of images keep the numbers that `frame_numbers` gives them.

    The folder appears once all frames are written. If the folder exists, the video was
    extracted before, and nothing is done.

    Args:
        video: A video file, or anything else that `open_source` opens.
        out: Folder of the sequences. NAME is the name of the file without its ending.
        frame_rate: Frames per second; None takes the rate of the video.
        show_progress: Draw a progress bar.

    Returns:
        The sequence folder, and the number of frames that were written by this call.

    Raises:
        VideoError: The video cannot be opened.
        OutputError: ``out`` cannot be written, or has a different folder of this name.
    """
    source = open_source(video, frame_rate)
    folder = require_writable_dir(out) / source.name
    if folder.exists():
        if not (folder / 'seqinfo.ini').is_file():
            raise OutputError(
                f'{folder} exists and is no sequence (it has no seqinfo.ini); choose '
                'another folder'
            )
        return folder, 0
    with claim_output(folder):
        return folder, _extract(source, folder, show_progress)


def _extract(source: FrameSource, folder: Path, show_progress: bool) -> int:
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
