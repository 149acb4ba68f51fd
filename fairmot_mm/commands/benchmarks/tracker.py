"""Measure a tracker: time and memory by number of people and by length of video.

Everything runs on one core. The detections are those of a synthetic crowd and are made
before the clock starts, so only `tracker.track` is timed. By number of people, mmdet's
ByteTracker gets the same detections, in turn with ours. By length of video, an endless
crowd is followed; then the frames after the first and after the last mark are tracked
again, in turn, from copies of the tracker taken at those marks, so that other load of
the machine affects both alike. "state KB" is what the tracker keeps between frames,
pickled; "peak MB" the most memory that a frame adds, by tracemalloc; "ratio" the median
of ByteTracker by ours.
"""

import argparse

from fairmot_mm.utils.cli import add_number_arguments, add_tracker_arguments


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the sub-command."""
    add_tracker_arguments(parser)
    parser.add_argument(
        '--people',
        type=int,
        nargs='*',
        default=[20, 100, 120, 200, 500],
        help='numbers of people (20 100 120 200 500)',
    )
    add_number_arguments(
        parser,
        frames=(200, 'frames timed for each'),
        long_frames=(100_000, 'length of the endless video; 0 leaves it out'),
        long_people=(20, 'number of people in the endless video'),
        seed=(0, 'seed of the crowd'),
    )
