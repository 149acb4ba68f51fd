"""Tracks in the forms of other programs, crops, and counts at lines and zones."""

import fairmot_mm.environment  # noqa: F401, the first import

# isort: split
from fairmot_mm.exports.count_board import Count, CountBoard
from fairmot_mm.exports.count_writer import CountWriter
from fairmot_mm.exports.crop_writer import CropWriter
from fairmot_mm.exports.csv_writer import CSVWriter
from fairmot_mm.exports.identity_counter import IdentityCounter
from fairmot_mm.exports.json_lines_writer import JSONLinesStream, JSONLinesWriter
from fairmot_mm.exports.open_writer import FORMS, open_writer
from fairmot_mm.exports.supervision_detections import from_supervision, to_supervision
from fairmot_mm.exports.track_counter import TrackCounter
from fairmot_mm.exports.track_writer import TrackWriter
from fairmot_mm.exports.tracked_frame import CountEvent, TrackedFrame, TrackedVideo

__all__ = [
    'FORMS',
    'CSVWriter',
    'Count',
    'CountBoard',
    'CountEvent',
    'CountWriter',
    'CropWriter',
    'IdentityCounter',
    'JSONLinesStream',
    'JSONLinesWriter',
    'TrackCounter',
    'TrackWriter',
    'TrackedFrame',
    'TrackedVideo',
    'from_supervision',
    'open_writer',
    'to_supervision',
]
