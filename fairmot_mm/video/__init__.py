"""Reading frames from any source, and writing tracks to text and video files."""

import fairmot_mm.environment  # noqa: F401, the first import

# isort: split
from fairmot_mm.video.frame import Frame
from fairmot_mm.video.frame_source import FrameSource, open_source
from fairmot_mm.video.live_options import LiveOptions
from fairmot_mm.video.mot_writer import MOTWriter
from fairmot_mm.video.output_options import OutputOptions
from fairmot_mm.video.result_writer import ResultWriter
from fairmot_mm.video.video_encoding import VideoEncoding
from fairmot_mm.video.video_reader import VideoReader
from fairmot_mm.video.video_writer import VideoWriter

__all__ = [
    'Frame',
    'FrameSource',
    'LiveOptions',
    'MOTWriter',
    'OutputOptions',
    'ResultWriter',
    'VideoEncoding',
    'VideoReader',
    'VideoWriter',
    'open_source',
]
