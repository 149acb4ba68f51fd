"""Time the start of a training on a large data set, and show the memory of its workers.

Label files of invented people are written to a temporary folder. They are read for the
first time, again, and after one of them changed. Then workers read the samples of an
epoch; the memory that each worker shares with no other process (Linux only) is measured
early in the epoch and at its end.
"""

import argparse

from fairmot_mm.utils.cli import add_number_arguments


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the sub-command."""
    add_number_arguments(
        parser,
        num_images=(50_000, 'number of images'),
        num_people=(8, 'number of boxes in an image'),
        num_workers=(2, 'number of processes that read samples'),
    )
