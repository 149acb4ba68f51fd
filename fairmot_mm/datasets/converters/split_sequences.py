"""Converting sets whose splits hold MOTChallenge sequences: DanceTrack, SportsMOT."""

import re
from pathlib import Path

from fairmot_mm.datasets.converters.class_map import PEDESTRIAN_ONLY
from fairmot_mm.datasets.converters.conversion_report import ConversionReport
from fairmot_mm.datasets.converters.jde_writer import write_jde_set
from fairmot_mm.datasets.converters.label_part import SourcePart
from fairmot_mm.datasets.converters.mot import find_sequences, read_sequence
from fairmot_mm.datasets.converters.target import Target
from fairmot_mm.utils import DataError, SequenceInfo

# DanceTrack's archives are train1, train2, val and test1, test2.
_SPLIT = re.compile(r'(train|val)\d*')


def convert_splits(
    source: str | Path,
    out: str | Path,
    name: str,
    *,
    clip: bool = False,
    copy: bool = False,
    workers: int | None = None,
    show_progress: bool = False,
) -> ConversionReport:
    """Convert the splits ``train`` and ``val`` of a set of one class.

    Each split is a folder of MOTChallenge sequences: ``SPLIT/SEQ/img1``,
    ``SPLIT/SEQ/gt/gt.txt`` and ``SPLIT/SEQ/seqinfo.ini``. In SportsMOT the splits lie
    in ``dataset``; folders such as ``train1`` and ``train2`` of DanceTrack are one
    split. Rows of mark 0 are left out. Splits without ground truth (``test``) are not
    converted.

    Args:
        source: The folder of the splits, or the folder above it. Nothing is written
            there.
        out: Data root of the training configs.
        name: Name of the set.
        clip: Clip boxes to the image.
        copy: Copy images rather than link to them.
        workers: Number of processes; None starts one for each core.
        show_progress: Draw progress bars.

    Raises:
        DataError: There is no split, or a file is malformed or missing.
        OutputError: ``out`` cannot be written.
    """
    source = Path(source)
    target = Target(Path(out), name, copy, workers, show_progress)
    target.require_apart(source)
    jobs: list[tuple[str, SequenceInfo]] = []
    for folder in sorted({*source.glob('*'), *source.glob('dataset/*')}):
        match = _SPLIT.fullmatch(folder.name)
        if match and folder.is_dir():
            jobs += [(match[1], info) for info in find_sequences(folder)]
    if not jobs:
        raise DataError(
            f'{source} has no folder train or val of sequences (SEQ/gt/gt.txt)'
        )
    return write_jde_set(
        target,
        jobs,
        _read,
        ['train', 'val'],
        classes=PEDESTRIAN_ONLY,
        clip=clip,
    )


def _read(job: tuple[str, SequenceInfo]) -> SourcePart:
    ending, info = job
    return read_sequence(info, ending=ending)
