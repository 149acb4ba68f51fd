"""Reading frames from any source, and writing tracks to text and video files."""

from fairmot_mm.video.frame_source import (
    Frame,
    FrameSource,
    Source,
    open_source,
    open_sources,
)
from fairmot_mm.video.mot_writer import MOTWriter
from fairmot_mm.video.result_writer import ResultWriter
from fairmot_mm.video.video_reader import VideoReader
from fairmot_mm.video.video_writer import VideoWriter

__all__ = [
    'Frame',
    'FrameSource',
    'MOTWriter',
    'ResultWriter',
    'Source',
    'VideoReader',
    'VideoWriter',
    'open_source',
    'open_sources',
]
